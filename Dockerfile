FROM python:3.12-slim

# The CPU build of PyTorch: a plain `pip install torch` brings gigabytes of CUDA on x86-64.
ARG TORCH=torch==2.13.0
ARG TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir --no-deps --index-url ${TORCH_INDEX_URL} "${TORCH}"

WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY content content
COPY ingest ingest
COPY service service
COPY glossator glossator
# What several machines need is small; add gcs for Google Cloud Storage.
ARG EXTRAS=openvino,postgres,redis,s3
RUN pip install --no-cache-dir ".[${EXTRAS}]" && rm -rf /src

RUN useradd --create-home --uid 10001 glossator && mkdir /data /depot && chown glossator /data /depot
USER glossator
WORKDIR /home/glossator
ENV GLOSSATOR_DATA_DIR=/data HF_HUB_OFFLINE=1
VOLUME /data
EXPOSE 8080
HEALTHCHECK --start-period=120s --interval=30s --timeout=5s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
CMD ["glossator", "up", "--host", "0.0.0.0"]
