# The image spec14-toolkit: compiler, runtime, JupyterLite, Sphinx, browser and the package itself.
#
#   base -> toolchain -> python -> pair -> wheelhouse           (and base -> hosts, for tests; python -> upkeep)
#                                      \-> toolkit  (the last stage; a change in toolkit/ rebuilds only its last layers)
#
# TOOLCHAIN says which of the two `toolchain` and `pair` there are (docs/toolchain.md).
# Secrets (all optional): ca, pip, npm, apt, sources. See images/with-host.

ARG BASE_IMAGE=debian:forky-slim
ARG TOOLCHAIN=debian
# What the runtime and Debian give, as images/pins.toml and images/debian.lock have it: a Dockerfile
# reads no TOML. `nox -s update-pins` writes these lines, tests/unit/test_upkeep_tree.py compares them.
ARG PYTHON_MINOR=3.14
ARG LLVM_MAJOR=21
ARG PLATFORM_TAG=pyemscripten_2026_0_wasm32
# The image's labels: labels cannot be computed in a build, so a late step compares these with what was
# installed and prints a difference.
ARG EMSCRIPTEN_VERSION=6.0.5
ARG LLVM_VERSION=21.1.8
ARG PYTHON_VERSION=3.14.8
ARG NODE_VERSION=24.21.0
ARG PYODIDE_VERSION=314.0.6

FROM ${BASE_IMAGE} AS base
ARG DEBIAN_MIRROR=
ENV SUITE=forky LANG=C.UTF-8
COPY images/apt-install images/with-host /usr/local/bin/

# ---- Real servers for the tests of what `spec14 serve --export` writes, and wrk for benchmarks.
FROM base AS hosts
RUN --mount=type=secret,id=ca --mount=type=secret,id=apt \
    apt-install ca-certificates nginx-light libnginx-mod-http-brotli-static \
        libnginx-mod-http-zstd-static caddy wrk

# ---- The npm packages. Debian's npm is large and stays in this stage.
FROM base AS npm
RUN --mount=type=secret,id=ca --mount=type=secret,id=apt \
    apt-install ca-certificates nodejs npm
COPY images/npm/ /opt/spec14/npm/
RUN --mount=type=secret,id=ca --mount=type=secret,id=npm \
    cd /opt/spec14/npm && with-host npm ci --ignore-scripts --no-audit --no-fund

# ---- Emscripten, LLVM, CPython, Node; a browser and its fonts.
FROM base AS toolchain-debian
ARG PYTHON_MINOR
ARG LLVM_MAJOR
RUN --mount=type=secret,id=ca --mount=type=secret,id=apt \
    apt-install ca-certificates emscripten clang lld llvm binaryen nodejs ccache \
        python$PYTHON_MINOR python$PYTHON_MINOR-dev python$PYTHON_MINOR-venv gcc g++ libc6-dev make cmake ninja-build \
        pkgconf git patch file xz-utils unzip
RUN --mount=type=secret,id=ca --mount=type=secret,id=apt \
    apt-install chromium fonts-dejavu-core
# pyodide-build's linker wrapper calls llvm-readobj; Debian's emnm does not find its own llvm-nm.
ENV PATH=/opt/spec14/bin:/opt/spec14/venv/bin:/usr/lib/llvm-$LLVM_MAJOR/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    EMSDK_PYTHON=/usr/bin/python$PYTHON_MINOR \
    EM_CACHE=/opt/spec14/emscripten-cache
RUN ln -s /usr/lib/llvm-$LLVM_MAJOR/bin/llvm-nm /usr/local/bin/emnm
# emcc fills its cache on first use: everything a build asks for is made now.
COPY images/smoke/warm-up /opt/spec14/smoke/
RUN sh /opt/spec14/smoke/warm-up > /tmp/warm-up.log 2>&1 || { cat /tmp/warm-up.log; exit 1; }; rm /tmp/warm-up.log

# The same without a compiler for the target: that one comes with the pair.
FROM base AS toolchain-emsdk
ARG PYTHON_MINOR
RUN --mount=type=secret,id=ca --mount=type=secret,id=apt \
    apt-install ca-certificates nodejs ccache \
        python$PYTHON_MINOR python$PYTHON_MINOR-dev python$PYTHON_MINOR-venv gcc g++ libc6-dev make cmake ninja-build \
        pkgconf git patch file xz-utils unzip
RUN --mount=type=secret,id=ca --mount=type=secret,id=apt \
    apt-install chromium fonts-dejavu-core
ENV PATH=/opt/spec14/bin:/opt/spec14/venv/bin:/opt/spec14/emsdk/upstream/emscripten:/opt/spec14/emsdk/upstream/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    EMSDK=/opt/spec14/emsdk \
    EMSDK_PYTHON=/usr/bin/python$PYTHON_MINOR \
    EM_CONFIG=/opt/spec14/emsdk/.emscripten \
    EM_CACHE=/opt/spec14/emscripten-cache

FROM toolchain-${TOOLCHAIN} AS toolchain

# ---- Python packages, by hash.
FROM toolchain AS python
ARG PYTHON_MINOR
ARG PLATFORM_TAG
COPY images/requirements/ /opt/spec14/images/requirements/
RUN --mount=type=secret,id=ca --mount=type=secret,id=pip --mount=type=cache,target=/var/cache/pip \
    python$PYTHON_MINOR -m venv /opt/spec14/venv \
    && PIP_CACHE_DIR=/var/cache/pip with-host pip install -q --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
        -r /opt/spec14/images/requirements/toolkit.txt \
    && ln -s "$(python -c 'import pyodide_build; print(*pyodide_build.__path__)')/tools/emscripten.meson.cross" /tmp/cross \
    && mkdir -p /usr/local/share/meson/cross && cp -L /tmp/cross /usr/local/share/meson/cross/pyodide && rm /tmp/cross
RUN --mount=type=secret,id=ca --mount=type=secret,id=pip --mount=type=cache,target=/var/cache/pip \
    for set in native target kernel; do \
        for_target=; \
        [ $set != target ] || for_target="--platform $PLATFORM_TAG --python-version $PYTHON_MINOR --implementation cp --abi cp$(echo "$PYTHON_MINOR" | tr -d .)"; \
        PIP_CACHE_DIR=/var/cache/pip with-host pip download -q --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
            $for_target -r "/opt/spec14/images/requirements/$set.txt" -d "/opt/spec14/wheelhouse/$set" || exit 1; \
    done

# ---- The tools of the xeus kernels, beside: empack wants an older Click than ours.
FROM toolchain AS xeus
ARG PYTHON_MINOR
COPY images/requirements/xeus.txt /opt/spec14/images/requirements/
RUN --mount=type=secret,id=ca --mount=type=secret,id=pip --mount=type=cache,target=/var/cache/pip \
    python$PYTHON_MINOR -m venv /opt/spec14/xeus \
    && PIP_CACHE_DIR=/var/cache/pip with-host /opt/spec14/xeus/bin/pip install -q --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
        -r /opt/spec14/images/requirements/xeus.txt

# ---- The clients of all three registries, for `nox -s update-pins`: no part of the image.
FROM python AS upkeep
RUN --mount=type=secret,id=ca --mount=type=secret,id=apt apt-install npm

# ---- The upstream pair: Pyodide's own cross-build environment and the Emscripten it names.
FROM python AS pair-debian
ENV SKIP_EMSCRIPTEN_VERSION_CHECK=1

FROM python AS pair-emsdk
# No more than it takes: a change of these files fetches it all again.
COPY toolkit/__init__.py toolkit/errors.py toolkit/pins.py toolkit/process.py toolkit/toolchain.py /opt/spec14/toolkit/
COPY toolkit/crossenv/__init__.py toolkit/crossenv/emsdk.py toolkit/crossenv/fetch.py toolkit/crossenv/upstream.py /opt/spec14/toolkit/crossenv/
COPY toolkit/runtime/__init__.py toolkit/runtime/distribution.py /opt/spec14/toolkit/runtime/
COPY images/pins.toml images/sources.toml /opt/spec14/images/
# npm: emsdk lets it install what Emscripten's own tools need.
RUN --mount=type=secret,id=ca --mount=type=secret,id=npm --mount=type=secret,id=sources \
    PYTHONPATH=/opt/spec14 with-host python -m toolkit.crossenv.upstream \
        --home /opt/spec14/xbuildenv --emsdk /opt/spec14/emsdk --record /opt/spec14/images/toolchain.json
COPY images/smoke/warm-up /opt/spec14/smoke/
RUN sh /opt/spec14/smoke/warm-up > /tmp/warm-up.log 2>&1 || { cat /tmp/warm-up.log; exit 1; }; rm /tmp/warm-up.log

FROM pair-${TOOLCHAIN} AS pair

# ---- The cross-build environment, and the packages compiled for the target.
FROM pair AS wheelhouse
ARG TOOLCHAIN
COPY --from=npm /opt/spec14/npm/node_modules/pyodide /opt/spec14/runtime
COPY toolkit/__init__.py toolkit/archive.py toolkit/cache.py toolkit/crew.py toolkit/disk.py toolkit/errors.py toolkit/index.py toolkit/pins.py toolkit/process.py toolkit/sdist.py toolkit/toolchain.py /opt/spec14/toolkit/
COPY toolkit/audit/ /opt/spec14/toolkit/audit/
COPY toolkit/crossenv/ /opt/spec14/toolkit/crossenv/
COPY toolkit/runtime/ /opt/spec14/toolkit/runtime/
COPY images/pins.toml /opt/spec14/images/
COPY images/recipes/ /opt/spec14/images/recipes/
ENV PYODIDE_XBUILDENV_PATH=/opt/spec14/xbuildenv PYTHONPATH=/opt/spec14
RUN --mount=type=secret,id=ca --mount=type=secret,id=pip --mount=type=secret,id=apt \
    --mount=type=cache,target=/var/cache/spec14,sharing=locked \
    DEBIAN_MIRROR=${DEBIAN_MIRROR:-$(head -qn 1 /run/secrets/apt 2> /dev/null)} \
    with-host python -m toolkit.crossenv --toolchain "$TOOLCHAIN" --runtime /opt/spec14/runtime --home /opt/spec14/xbuildenv \
        --wheelhouse /opt/spec14/wheelhouse --libraries /opt/spec14/libraries \
        --recipes /opt/spec14/images/recipes --cache /var/cache/spec14
COPY images/smoke/ /opt/spec14/smoke/
RUN sh /opt/spec14/smoke/smoke

# ---- The package itself.
FROM pair AS toolkit
ARG TOOLCHAIN
RUN --mount=type=secret,id=ca --mount=type=secret,id=apt apt-install firefox-esr
RUN groupadd --gid 1000 spec14 && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /tmp spec14 \
    && mkdir /project && chown spec14:spec14 /project && chmod 1777 "$EM_CACHE"
COPY --from=npm /opt/spec14/npm /opt/spec14/npm
COPY --from=wheelhouse /opt/spec14/runtime /opt/spec14/runtime
COPY --from=wheelhouse /opt/spec14/wheelhouse /opt/spec14/wheelhouse
COPY --from=wheelhouse /opt/spec14/xbuildenv /opt/spec14/xbuildenv
COPY --from=wheelhouse /opt/spec14/libraries /opt/spec14/libraries
COPY --from=xeus /opt/spec14/xeus /opt/spec14/xeus
COPY images/smoke/finish /opt/spec14/smoke/
COPY images/pins.toml images/sources.toml /opt/spec14/images/
COPY images/recipes/ /opt/spec14/images/recipes/
COPY images/debian.lock* /opt/spec14/images/
COPY pyproject.toml README.md LICENSE noxfile.py /opt/spec14/
COPY toolkit/ /opt/spec14/toolkit/
RUN sh /opt/spec14/smoke/finish
# PYODIDE_ROOT selects the environment without the check that its folder can be written
# (pyodide_build.common.default_xbuildenv_path, 0.39.2).
ENV SPEC14_IMAGE=1 \
    SPEC14_HOME=/opt/spec14 \
    PYODIDE_XBUILDENV_PATH=/opt/spec14/xbuildenv \
    PYODIDE_ROOT=/opt/spec14/xbuildenv/xbuildenv/xbuildenv/pyodide-root \
    PYODIDE_SKIP_EMSCRIPTEN_INSTALL=1 \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m toolkit.wheels.template
# The memory snapshot of the kernel, compared in Node and both browsers: what is in it is published.
RUN python -m toolkit.browser.gate
ARG EMSCRIPTEN_VERSION
ARG LLVM_VERSION
ARG PYTHON_VERSION
ARG NODE_VERSION
ARG PYODIDE_VERSION
RUN python -m toolkit.installed labels "emscripten=$EMSCRIPTEN_VERSION" "llvm=$LLVM_VERSION" \
        "python=$PYTHON_VERSION" "node=$NODE_VERSION" "pyodide=$PYODIDE_VERSION"
LABEL org.scientific-python.spec14.emscripten="$EMSCRIPTEN_VERSION" \
      org.scientific-python.spec14.llvm="$LLVM_VERSION" \
      org.scientific-python.spec14.python="$PYTHON_VERSION" \
      org.scientific-python.spec14.node="$NODE_VERSION" \
      org.scientific-python.spec14.pyodide="$PYODIDE_VERSION"
LABEL org.opencontainers.image.title="spec14-toolkit" \
      org.opencontainers.image.description="Build, test, document and serve scientific Python in WebAssembly (SPEC 14)" \
      org.opencontainers.image.licenses="BSD-3-Clause" \
      org.opencontainers.image.version="0.1.0" \
      org.scientific-python.spec14.toolchain="$TOOLCHAIN"
WORKDIR /project
USER 1000:1000
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s --retries=3 CMD ["spec14", "info", "--health"]
CMD ["spec14", "info"]
