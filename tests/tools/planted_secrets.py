"""Made-up secrets of many kinds, put together from parts so that no scanner takes this for a leak.

Each text is one assignment as people write it. Characters are drawn with a seed: the same for ever.
"""

import base64
import json
import random
import string
import zlib

UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits
WORD = UPPER + LOWER + DIGITS
DASHED = WORD + "_-"
HEX = DIGITS + "abcdef"
BASE32 = UPPER + "234567"
BECH32 = "QPZRY9X8GF" + "2TVDW0S3JN" + "54KHCE6MUA" + "7L"


class Maker:
    """Draws characters."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, alphabet: str, length: int) -> str:
        return "".join(self.random.choice(alphabet) for _ in range(length))

    def base64(self, size: int) -> str:
        return base64.b64encode(self.random.randbytes(size)).decode()

    def with_checksum(self, prefix: str) -> str:
        """A token of GitHub or npm: thirty characters and their CRC-32 in base 62."""
        body, digits = self.of(WORD, 30), ""
        rest = zlib.crc32(body.encode())
        while rest:
            rest, digit = divmod(rest, 62)
            digits = (DIGITS + UPPER + LOWER)[digit] + digits
        return prefix + body + digits.rjust(6, "0")

    def jwt(self) -> str:
        parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": self.of(DIGITS, 9), "iat": 1700000000})
        texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
        return ".".join([*(text.rstrip("=") for text in texts), self.of(DASHED, 43)])

    def pem(self, kind: str) -> str:
        body = "\n".join(self.of(WORD + "+/", 64) for _ in range(12))
        return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----"


def kinds(seed: int) -> dict[str, str]:
    """One secret of each kind."""
    return {**_clouds(Maker(seed)), **_services(Maker(seed + 1)), **_own(Maker(seed + 2))}


def _clouds(make: Maker) -> dict[str, str]:
    of = make.of
    account = f"AccountName=shop;Account{'Key='}{make.base64(64)}"
    return {
        "aws-key": f'AWS_ACCESS_KEY_ID = "{"AK" + "IA"}{of(BASE32, 16)}"',
        "aws-secret": f'aws_secret_access_key = "{of(WORD + "+/", 40)}"',
        "aws-session": f'key = "{"AS" + "IA"}{of(BASE32, 16)}"',
        "google-api": f'maps = "{"AI" + "za"}{of(DASHED, 35)}"',
        "google-account": f'"private_key": "{make.pem("")}"'.replace("\n", "\\n"),
        "azure-storage": f'to = "DefaultEndpointsProtocol=https;{account};EndpointSuffix=x.net"',
        "azure-client": f'AZURE_CLIENT_SECRET = "{of(WORD, 3)}8Q~{of(DASHED, 34)}"',
        "digitalocean": f'do = "{"do" + "p_v1_"}{of(HEX, 64)}"',
        "cloudflare": f'cloudflare_api_token = "{of(DASHED, 40)}"',
        "heroku": f'heroku_api_key = "{of(HEX, 8)}-{of(HEX, 4)}-4{of(HEX, 3)}-a{of(HEX, 3)}-'
        f'{of(HEX, 12)}"',
        "databricks": f'databricks = "{"da" + "pi"}{of(HEX, 32)}"',
        "vault": f'vault = "{"hv" + "s."}{of(DASHED, 95)}"',
        "doppler": f'doppler = "{"dp" + ".pt."}{of(WORD, 43)}"',
        "grafana": f'grafana = "{"gl" + "sa_"}{of(WORD, 32)}_{of(HEX, 8)}"',
        "new-relic": f'newrelic = "{"NR" + "AK-"}{of(UPPER + DIGITS, 27)}"',
        "datadog": f'datadog_api_key = "{of(HEX, 32)}"',
    }


def _services(make: Maker) -> dict[str, str]:
    of = make.of
    hook = f"T{of(UPPER + DIGITS, 8)}/B{of(UPPER + DIGITS, 10)}/{of(WORD, 24)}"
    return {
        "github": f'token = "{make.with_checksum("gh" + "p_")}"',
        "github-oauth": f'token = "{make.with_checksum("gh" + "o_")}"',
        "github-app": f'token = "{make.with_checksum("gh" + "s_")}"',
        "github-fine": f'token = "{"github" + "_pat_"}{of(WORD, 22)}_{of(WORD, 59)}"',
        "gitlab": f'token = "{"gl" + "pat-"}{of(DASHED, 20)}"',
        "slack": f'slack = "{"xo" + "xb-"}{of(DIGITS, 12)}-{of(DIGITS, 12)}-{of(WORD, 24)}"',
        "slack-hook": f'url = "{"https://hooks.sl" + "ack.com/services/"}{hook}"',
        "stripe": f'stripe = "{"sk" + "_live_"}{of(WORD, 24)}"',
        "stripe-limited": f'stripe = "{"rk" + "_live_"}{of(WORD, 24)}"',
        "openai": f'OPENAI_API_KEY = "{"s" + "k-"}{of(WORD, 20)}{"T3Blbk" + "FJ"}{of(WORD, 20)}"',
        "anthropic": f'key = "{"sk" + "-ant-api03-"}{of(DASHED, 93)}AA"',
        "huggingface": f'hf = "{"h" + "f_"}{of(UPPER + LOWER, 34)}"',
        "twilio": f'twilio = "{"S" + "K"}{of(HEX, 32)}"',
        "twilio-account": f'twilio_account_sid = "{"A" + "C"}{of(HEX, 32)}"',
        "sendgrid": f'sendgrid = "{"S" + "G."}{of(DASHED, 22)}.{of(DASHED, 43)}"',
        "mailgun": f'mailgun_key = "{"k" + "ey-"}{of(HEX, 32)}"',
        "mailchimp": f'mailchimp_api_key = "{of(HEX, 32)}{"-u" + "s12"}"',
        "npm": f'npm = "{make.with_checksum("np" + "m_")}"',
        "pypi": f'password = "{"py" + "pi-AgEIcHlwaS5vcmc"}{of(DASHED, 150)}"',
        "telegram": f'telegram_bot_token = "{of(DIGITS[1:], 10)}:AA{of(DASHED, 33)}"',
        "discord": f'discord_token = "M{of(WORD, 23)}.{of(DASHED, 6)}.{of(DASHED, 27)}"',
        "square": f'square = "{"sq" + "0csp-"}{of(DASHED, 43)}"',
        "shopify": f'shopify = "{"shp" + "at_"}{of(HEX, 32)}"',
        "linear": f'linear = "{"lin" + "_api_"}{of(WORD, 40)}"',
        "artifactory": f'artifactory = "{"AK" + "C"}{of(WORD, 70)}"',
    }


def _own(make: Maker) -> dict[str, str]:
    of = make.of
    return {
        "rsa-key": make.pem("RSA "),
        "openssh-key": make.pem("OPENSSH "),
        "ec-key": make.pem("EC "),
        "age-key": f'age = "{"AGE-SECRET" + "-KEY-1"}{of(BECH32, 58)}"',
        "jwt": f'bearer = "{make.jwt()}"',
        "postgres-url": f'DATABASE_URL = "{"postgres:" + "//shop:"}{of(WORD, 16)}@db.corp:5432/a"',
        "mongodb-url": f'MONGO = "{"mongodb+srv:" + "//shop:"}{of(WORD, 18)}@a.b.mongodb.net/a"',
        "redis-url": f'REDIS = "{"redis:" + "//:"}{of(WORD, 20)}@cache.corp:6379/0"',
        "git-url": f'url = "{"https:" + "//deploy:"}{of(WORD, 16)}@git.corp/x.git"',
        "password": f'password = "{of(WORD + "!#%", 18)}"',
        "api-key": f'api_key = "{of(WORD, 32)}"',
        "client-secret": f'client_secret = "{of(DASHED, 40)}"',
        "hex-secret": f'SECRET_KEY = "{of(HEX, 64)}"',
        "random-base64": f'value = "{make.base64(32)}"',
        "random-hex": f'value = "{of(HEX, 40)}"',
    }
