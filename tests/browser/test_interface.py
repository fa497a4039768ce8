"""How the interface starts: nothing twice, and what is left out makes no difference."""

import pytest
from playwright.sync_api import Route

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
