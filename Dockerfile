# `docker build -t smokegate .`, then, from a folder with environments/:
#   docker run --rm -v "$PWD:/checks" --user "$(id -u):$(id -g)" smokegate run staging --wait
FROM python:3.11-slim-bookworm
COPY requirements/run.txt /tmp/run.txt
RUN pip install --no-cache-dir --require-hashes -r /tmp/run.txt && rm /tmp/run.txt
COPY . /tmp/smokegate
RUN pip install --no-cache-dir --no-deps --no-build-isolation /tmp/smokegate && rm -r /tmp/smokegate \
    && useradd --uid 10001 --no-create-home smokegate && mkdir /checks && chown smokegate /checks
USER smokegate
WORKDIR /checks
ENV HOME=/tmp PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["smokegate"]
