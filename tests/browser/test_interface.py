"""How the interface starts: nothing twice, and what is left out makes no difference."""

import json
import re

import pytest
from playwright.sync_api import Request, Route

from toolkit.browser.notebook import Notebook
from toolkit.browser.pages import try_it
from toolkit.browser.session import Visit

SETTINGS = "/@spec14/kernel/static/settings.mjs"
UNMENDED = "export const readOnce = () => {}; export const fillUnset = () => {};"

COMPARE = """async () => {
    let require;
    self.rspackChunk_JUPYTERLAB_CORE_OUTPUT.push(
        [["probe"], {}, (given) => { require = given; }]);
    const module = Object.keys(require.m).find(
        (id) => String(require.m[id]).includes("DefaultSchemaValidator:"));
    const validator = new (require(module).DefaultSchemaValidator)();
    const ours = "/lite/extensions/@spec14/kernel/static/settings.mjs?own";
    const { withDefaults } = await import(ours);
    const plugins = await (await fetch("/lite/build/schemas/all.json")).json();
    const sorted = (key, value) => value?.constructor === Object
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
    const same = (plugin) => {
        const filled = withDefaults(structuredClone(plugin.schema));
        const errors = validator.validateData(plugin);
        return !errors
            && JSON.stringify(filled, sorted) === JSON.stringify(plugin.data.composite, sorted);
    };
    return [plugins.length, plugins.filter((one) => !same(one)).map(({ id }) => id)];
}"""


def test_defaults_are_those_that_upstreams_validator_finds(reader: Visit) -> None:
    def unmended(route: Route) -> None:
        route.fulfill(body=UNMENDED, content_type="text/javascript")

    reader.page.route(f"**{SETTINGS}", unmended)
    reader.open("lite/notebooks/index.html?path=tutorial.ipynb")
    Notebook(inside=reader.page).wait_ready()
    compared, different = reader.page.evaluate(COMPARE)
    assert compared > 50
    assert different == []


@pytest.mark.parametrize("what", ["/build/schemas/all.json"])
def test_nothing_is_fetched_twice(reader: Visit, what: str) -> None:
    reader.open("api.html")
    try_it(reader, "ripple.smooth").wait_ready()
    assert len([one for one in reader.record.requests if one.endswith(what)]) == 1


READ = """(() => {
    const { get } = IDBObjectStore.prototype;
    window.spec14Read = [];
    IDBObjectStore.prototype.get = function (key) {
        window.spec14Read.push(`${this.name} ${key}`);
        return get.call(this, key);
    };
})()"""


def test_a_notebook_has_no_workspace_that_is_waited_for(reader: Visit) -> None:
    """Where a window has a name JupyterLab saves its workspace, and waits for that."""
    reader.page.add_init_script(READ)
    for _visit in range(2):
        reader.open("lite/notebooks/index.html?path=tutorial.ipynb")
        Notebook(inside=reader.page).wait_ready()
        # What an application remembers is written a moment later.
        reader.page.wait_for_timeout(1_500)
    read = reader.page.evaluate("window.spec14Read")
    assert [one for one in read if one.startswith("settings ")]
    assert [one for one in read if one.startswith("statedb ")] == []


def test_an_import_asks_for_no_file_beside_the_notebook(reader: Visit) -> None:
    """Upstream asks once for each, and the kernel waits: see inside/spec14_drive.py."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/drive") and request.post_data:
            asked.append(json.loads(request.post_data)["data"]["method"])

    reader.page.context.on("request", note)
    reader.open("lite/notebooks/index.html?path=tutorial.ipynb")
    notebook = Notebook(inside=reader.page)
    notebook.wait_ready()
    notebook.write(0, "import ripple, wave; print(6 * 7)")
    assert notebook.run(0).strip() == "42"
    assert "readdir" in asked
    assert asked.count("lookup") <= 1


def test_a_notebook_loads_one_script_and_no_chunk(reader: Visit) -> None:
    """When a chunk is loaded, or one is named that is not: toolkit/lite/chunks.json."""
    reader.open("api.html")
    try_it(reader, "ripple.smooth").wait_ready()
    loaded = re.compile(r"/build/(\d+)\.[0-9a-f]+\.js$")
    assert [one for one in reader.record.requests if loaded.search(one)] == []
    # Asked for by the page, too, where the button has been in view for a while (test_ahead.py).
    (script,) = {one for one in reader.record.requests if "/build/notebooks/" in one}
    assert re.search(r"/spec14\.[0-9a-f]{16}\.js$", script)


def test_what_a_page_asks_for_ahead_is_used(reader: Visit) -> None:
    """The browser says so of each that was loaded and not used, some seconds later."""
    said: list[str] = []
    reader.page.on("console", lambda message: said.append(message.text))
    reader.open("api.html")
    reader.page.wait_for_timeout(6_000)
    reader.open("lite/notebooks/index.html?path=tutorial.ipynb")
    Notebook(inside=reader.page).wait_ready()
    reader.page.wait_for_timeout(6_000)
    assert [one for one in said if "preload" in one] == []


def test_chunks_of_the_kernel_have_the_addresses_that_the_page_foresees(reader: Visit) -> None:
    reader.open("lite/notebooks/index.html?path=tutorial.ipynb")
    Notebook(inside=reader.page).wait_ready()
    chunks = re.compile(r"/pyodide-kernel-extension/static/\d+\.[0-9a-f]{16}\.js")
    wanted = reader.page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter((one) => one.initiatorType === 'script').map((one) => one.name)"
    )
    foreseen = reader.page.locator("link[rel=prefetch]").evaluate_all(
        "(links) => links.map((link) => link.href)"
    )
    loaded = {one for one in wanted if chunks.search(one)}
    assert loaded
    assert loaded <= set(foreseen)
