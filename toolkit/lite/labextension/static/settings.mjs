// Settings as an application reads them when it starts: JupyterLite 0.8.6 fetches all schemas, and
// asks IndexedDB for each of the ninety plugins, once for every plugin that wants its own settings
// (services/settings: `fetch` is `list` and a search). And JupyterLab 4 compiles two validators
// for each schema to learn, of a reader who has changed nothing, the defaults that stand there.

/** Have a settings manager read everything once; what is saved is known without reading again. */
export function readOnce(manager) {
  const { list, fetch, save, clear } = manager;
  let read = null;
  const all = () => {
    if (!read) {
      read = list.call(manager);
      read.catch(() => forget());
    }
    return read;
  };
  const forget = () => {
    read = null;
  };

  // The registry writes into what it is given: each gets a copy.
  manager.list = async (query) => {
    const { ids, values } = await all();
    return { ids: [...ids], values: query ? [] : structuredClone(values) };
  };
  manager.fetch = async (id) => {
    const found = (await all()).values.find((one) => one.id === id);
    return found ? structuredClone(found) : fetch.call(manager, id);
  };
  manager.save = async (id, raw, ...words) => {
    const known = read;
    forget();
    const result = await save.call(manager, id, raw, ...words);
    // Somebody may have read or saved meanwhile: then nobody knows which came first.
    if (known && !read) {
      const changed = (one) => (one.id === id ? { ...one, raw } : one);
      read = known.then(({ ids, values }) => ({ ids, values: values.map(changed) }));
      read.catch(() => forget());
    }
    return result;
  };
  manager.clear = async (...words) => {
    forget();
    try {
      return await clear.apply(manager, words);
    } finally {
      forget();
    }
  };
}

/** Have a validator compile nothing where a reader has set nothing: there is nothing to validate. */
export function fillUnset(Validator) {
  const { validateData } = Validator.prototype;
  Validator.prototype.validateData = function validate(plugin, populate = true) {
    if (plugin.raw.trim() !== "{}" || plugin.schema.type !== "object") {
      return validateData.call(this, plugin, populate);
    }
    if (populate) {
      plugin.data = { composite: withDefaults(plugin.schema), user: {} };
    }
    return null;
  };
}

/** The value that Ajv 8 makes of `{}` with `useDefaults`. */
export function withDefaults(schema) {
  const value = {};
  fill(schema, value, schema);
  return value;
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Put in what a schema has defaults for. Ajv passes over those in `anyOf`, `oneOf`, `not` and `if`. */
function fill(schema, value, root) {
  if (!isObject(schema)) {
    return;
  }
  if (schema.$ref) {
    fill(referred(schema.$ref, root), value, root);
  }
  schema.allOf?.forEach((one) => fill(one, value, root));
  if (isObject(value)) {
    fillObject(schema, value, root);
  } else if (Array.isArray(value)) {
    const { items } = schema;
    value.forEach((one, index) => fill(Array.isArray(items) ? items[index] : items, one, root));
  }
}

function fillObject({ properties = {}, patternProperties = {}, additionalProperties }, value, root) {
  for (const [name, { default: unset }] of Object.entries(properties)) {
    if (value[name] === undefined && unset !== undefined) {
      value[name] = structuredClone(unset);
    }
  }
  const patterns = Object.entries(patternProperties).map(([text, one]) => [new RegExp(text, "u"), one]);
  for (const [name, inner] of Object.entries(value)) {
    const matching = patterns.filter(([pattern]) => pattern.test(name)).map(([, one]) => one);
    if (Object.hasOwn(properties, name)) {
      matching.push(properties[name]);
    }
    for (const one of matching.length > 0 ? matching : [additionalProperties]) {
      fill(one, inner, root);
    }
  }
}

/** What a reference within a schema stands for ("#/definitions/…"); others are left alone. */
function referred(reference, root) {
  const [start, ...names] = reference.split("/");
  return start === "#" ? names.reduce((schema, name) => schema?.[name], root) : undefined;
}
