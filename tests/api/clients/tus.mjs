// Uploads FILE with tus-js-client as any program would: retries on, resume from the server's offset.
import { readFile } from 'node:fs/promises';
import { Upload } from 'tus-js-client';

const { URL: endpoint, AUTHORIZATION, FILE, SHA256, CHUNK } = process.env;
const upload = new Upload(await readFile(FILE), {
  endpoint,
  chunkSize: Number(CHUNK),
  retryDelays: [50, 100, 100, 200, 200, 400, 400],
  headers: { Authorization: AUTHORIZATION },
  metadata: { sha256: SHA256 },
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess: () => console.log(upload.url),
});
upload.start();
