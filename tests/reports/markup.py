"""Reads a page as a browser would, as far as the tests need it: elements, attributes, texts."""

from html.parser import HTMLParser

VOID = {"meta", "input", "link", "br", "img", "hr"}


class Page(HTMLParser):
    """Collects what it meets; `open` is the path of elements at any time."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.raw: dict[str, str] = {}
        self.unbalanced: list[str] = []
        self._path: list[str] = []
        self.feed(text)
        self.close()
        self.unbalanced += self._path

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._path.append("data" if ("type", "application/json") in attrs else tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element of SVG that is closed at once."""
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Leave the element; one that was not open is noted."""
        if self._path and self._path[-1] in (tag, "data" if tag == "script" else tag):
            self._path.pop()
        else:
            self.unbalanced.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        """Keep the text; that of style, script and data apart."""
        if self._path and self._path[-1] in ("style", "script", "data"):
            self.raw[self._path[-1]] = self.raw.get(self._path[-1], "") + data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All text that is shown."""
        return "".join(self.texts)

    def values(self, name: str) -> list[str]:
        """The values of one attribute, wherever it stands."""
        return [value for _, attribute, value in self.attributes if attribute == name]
