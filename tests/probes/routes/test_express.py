"""The route tables of Express programs, read from their source."""

import pytest

from gates.probes._routes_express import table


def routes(files):
    found = table(files)
    assert found is not None
    return {(",".join(one.methods), one.path) for one in found.routes}


COMMON = """
const express = require('express');
const books = require('./routes/books');
const { router: orders } = require("./routes/orders");
const app = express();
const PREFIX = '/v1';
app.set('x', 1);
app.use(express.json());
app.get('/health', (req, res) => res.send('ok')); // app.get('/commented', x)
/* app.post('/commented', x) */
app.use(PREFIX, books);
app.use('/v2', auth(), orders);
app.use('/static', express.static('public'));
const title = app.get('title');
app.listen(3000);
"""
BOOKS = """
const router = require('express').Router();
const { Router } = require('express');
const router2 = Router();
const r = express.Router();
r.route('/books')
  .get(list)
  .post(create);
r.get('/books/:id', one);
r.all("/any", any);
r.use('/inner', router2);
router2.delete('/x', gone);
module.exports = r;
"""
ORDERS = (
    "const router = express.Router();\nrouter.put('/orders/:id', put);\n"
    "module.exports = { router };\n"
)


def test_routers_mounted_through_modules():
    files = {"app.js": COMMON, "routes/books.js": BOOKS, "routes/orders.js": ORDERS}
    assert routes(files) == {
        ("GET", "/health"),
        ("GET,POST", "/v1/books"),
        ("GET", "/v1/books/:id"),
        ("", "/v1/any"),
        ("DELETE", "/v1/inner/x"),
        ("PUT", "/v2/orders/:id"),
    }
    found = table(files)
    assert found is not None and found.whole


def test_modules_of_typescript():
    main = """
import express, { Request } from "express";
import books from "./books.js";
import { orders as o } from "./orders";
const app: express.Express = express();
app.use("/a", books);
app.use(o);
export default app;
"""
    books = (
        'import { Router } from "express";\nconst router = Router();\n'
        'router.patch("/b", f);\nexport default router;\n'
    )
    orders = (
        'import express from "express";\n'
        'export const orders = express.Router();\norders.get("/o", f);\n'
    )
    found = routes({"src/app.ts": main, "src/books.ts": books, "src/orders.ts": orders})
    assert found == {("PATCH", "/a/b"), ("GET", "/o")}


@pytest.mark.parametrize(
    "line",
    ["app.get(paths.things, f);", "app.post(`/a/${name}`, f);", "app.use('/x', require('./x'));"],
)
def test_what_is_no_plain_text_makes_it_not_whole(line):
    found = table({"app.js": f"const app = express();\napp.get('/a', f);\n{line}\n"})
    assert found is not None and not found.whole
    assert {one.path for one in found.routes} == {"/a"}


@pytest.mark.parametrize("text", ["", "const app = fastify();\napp.get('/a', f);\n", "express"])
def test_no_application_is_no_table(text):
    assert table({"app.js": text}) is None


def test_routers_that_use_each_other_end():
    text = (
        "const app = express();\nconst r = express.Router();\n"
        "r.use('/r', r);\nr.get('/x', f);\napp.use(r);\n"
    )
    assert ("GET", "/x") in routes({"app.js": text})
