# docker build -t align . && docker run --rm -v "$PWD:/repo" align check
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY src src
RUN pip wheel --no-cache-dir --disable-pip-version-check --wheel-dir /wheels .

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.source="https://github.com/aligncli/align" \
      org.opencontainers.image.licenses="MIT"
# `--since` reads the history; a mounted repo belongs to somebody else, and nothing but what is mounted is here.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*' \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin align
# The wheels come by a mount, so that no layer keeps them.
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --disable-pip-version-check --no-index --find-links=/wheels /wheels/aligncli-*.whl
USER 10001
WORKDIR /repo
ENTRYPOINT ["align"]
