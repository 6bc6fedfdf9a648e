"""Uploads FILE with tuspy as any program would: retries on, resume from the server's offset."""

import os

from tusclient.client import TusClient

client = TusClient(os.environ["URL"], headers={"Authorization": os.environ["AUTHORIZATION"]})
uploader = client.uploader(
    os.environ["FILE"],
    chunk_size=int(os.environ["CHUNK"]),
    metadata={"sha256": os.environ["SHA256"]},
    retries=8,
    retry_delay=0.1,
)
uploader.upload()
print(uploader.url)
