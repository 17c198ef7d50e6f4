# What builds and tests Frazo. bazelw installs what is missing of Debian's packages, and the build makes its own Python
# environment; both, and all that is built, stay in the image.
#
#   docker build --file docker/dev.dockerfile --tag frazo-dev .
#   docker run --rm --interactive --tty --publish 127.0.0.1:6006:6006 frazo-dev
#   ./bazelw test //...
#
# For another test of a checkout on the host, mount it: --volume "$PWD":/frazo
FROM debian:12
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates g++ git python3 python3-venv
COPY . /frazo
WORKDIR /frazo
RUN ./bazelw build //:trainer //tools/... //packaging:wheel
# TensorBoard
EXPOSE 6006
CMD ["bash"]
