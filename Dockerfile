# The image of the server: built from the lockfile, with the model trained and baked in.
# How to run it, and what it needs: docs/tasks/run-in-production.md.

FROM python:3.11-slim-bookworm AS tools
ENV UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    RASA_TELEMETRY_ENABLED=false
RUN python -m pip install --no-cache-dir "uv==0.13.9"
WORKDIR /app

# The model, trained with everything that training needs; only the model leaves this stage.
FROM tools AS model
COPY pyproject.toml uv.lock ./
COPY stubs stubs
RUN uv sync --frozen --no-default-groups --group train
COPY config.yml domain.yml endpoints.yml ./
COPY actions actions
COPY bot bot
COPY data data
RUN .venv/bin/python -m bot.train

# What answering needs. bot/quick_start.py stands in for the packages named here, so the
# server never loads them: without them this folder is 390 MB instead of 570 MB.
FROM tools AS runtime
COPY pyproject.toml uv.lock ./
COPY stubs stubs
RUN uv sync --frozen --no-default-groups \
    --no-install-package aio-pika --no-install-package aiogram \
    --no-install-package aiormq --no-install-package babel \
    --no-install-package boto3 --no-install-package botocore \
    --no-install-package contourpy --no-install-package fbmessenger \
    --no-install-package fonttools --no-install-package joblib \
    --no-install-package kiwisolver --no-install-package matplotlib \
    --no-install-package networkx --no-install-package pillow \
    --no-install-package pymongo --no-install-package s3transfer \
    --no-install-package scikit-learn --no-install-package sentry-sdk \
    --no-install-package skops --no-install-package slack-sdk \
    --no-install-package twilio --no-install-package webexteamssdk
COPY config.yml domain.yml endpoints.yml ./
COPY actions actions
COPY bot bot
COPY --from=model /app/models models
# The model holds its own copy.
RUN rm -f bot/nlu/fine_tuned/encoder.onnx bot/nlu/fine_tuned/tokenizer.json
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# Starts the server once and asks it one question: the build fails if it cannot answer
# with what is here, and Python keeps the bytecode, so that later starts are quick.
# hadolint ignore=DL3001
RUN DATABASE_URL=sqlite:////tmp/build.db .venv/bin/python -m bot.server & \
    server=$! \
    && for second in $(seq 60); do \
        sleep 1; \
        .venv/bin/python -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:5005/ready')" \
            2> /tmp/not-ready && ready=$second && break; \
    done \
    && kill -INT "$server" && wait "$server" && test -n "$ready" \
    && printf 'should he pay\n' | DATABASE_URL=sqlite:////tmp/build.db \
        .venv/bin/python -m bot.chat | grep --quiet "Do not pay" \
    && rm -f /tmp/build.db /tmp/not-ready

FROM python:3.11-slim-bookworm
WORKDIR /app
ENV HOST=0.0.0.0 \
    PORT=5005 \
    DATABASE_URL=sqlite:////data/metrics.db \
    METRICS_SPOOL=/data/metrics-spool \
    RASA_TELEMETRY_ENABLED=false \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
# Only the metrics are written, or what waits for their database: only this folder is
# writable.
RUN install --directory --owner=10001 --group=10001 /data
COPY LICENSE NOTICE ./
COPY --from=runtime /app /app
USER 10001:10001
VOLUME /data
EXPOSE 5005
# Alive, not ready: while the database is away people are still answered, and a restart
# would end their conversations. Load balancers may ask /ready.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD [".venv/bin/python", "-c", "import os; from urllib.request import urlopen; urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=4)"]
CMD [".venv/bin/python", "-m", "bot.server"]
