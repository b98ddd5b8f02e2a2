# The product as an image: web server by default; worker and beat are the same image with another command (compose.yaml).

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /app/.venv
COPY requirements.txt /app/
RUN /app/.venv/bin/pip install --quiet --requirement /app/requirements.txt
WORKDIR /app
COPY . /app
# The key of this step is for this step: none stays in the image.
RUN SECRET_KEY=build VAR_DIR=/app/var .venv/bin/python script/messages compile \
    && SECRET_KEY=build VAR_DIR=/app/var .venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && .venv/bin/python -m compileall -q -j 0 dealership staffing customers inventory leads orders complaints followups

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PATH=/app/.venv/bin:$PATH VAR_DIR=/app/var
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin crm
COPY --from=build /app /app
# What the product writes: uploaded workbooks and, without EMAIL_URL, mails.
RUN mkdir -p /app/var/files /app/var/mail && chown -R crm /app/var
WORKDIR /app
USER crm
VOLUME /app/var/files
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning", "dealership.wsgi:application"]
