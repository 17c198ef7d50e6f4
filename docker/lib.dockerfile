# Frazo's programs, from the wheel. Nothing of the sources is in the image.
#
#   ./bazelw build -c opt //packaging:wheel
#   docker build --file docker/lib.dockerfile --tag frazo bazel-bin/packaging/wheel
#   docker run --rm --volume frazo:/data frazo frazo-train --model=image.mnist.LeNet5 --logdir=/data/log
#
# With GPUs, and NVIDIA's container toolkit on the host:
#
#   docker build --build-arg extra=gpu --file docker/lib.dockerfile --tag frazo-gpu bazel-bin/packaging/wheel
#   docker run --rm --gpus all --volume frazo:/data frazo-gpu frazo-train --run_locally=gpu ...
FROM debian:12
ARG extra=cpu
RUN apt-get update && \
    apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv && \
    rm -rf /var/lib/apt/lists/*
COPY frazo-*.whl /wheels/
RUN python3 -m venv /opt/frazo && \
    /opt/frazo/bin/pip install --no-cache-dir "$(echo /wheels/frazo-*.whl)[$extra]"
ENV PATH=/opt/frazo/bin:$PATH
CMD ["frazo-train", "--help"]
