// The link between a phone and the county: a relay with an address of its own whose upward speed can be set while it runs.
import { connect, createServer } from 'node:net';

/** `rate` is upward bytes a second; Infinity is as fast as the machine. Counts what went up. */
export async function slowLink(port, rate = Infinity) {
  const link = { rate, sent: 0 };
  const open = new Set();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const end of [client, upstream]) {
      open.add(end);
      end.on('close', () => open.delete(end));
      end.on('error', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      link.sent += bytes.length;
      upstream.write(bytes);
      if (link.rate === Infinity) return;
      client.pause();
      setTimeout(() => client.resume(), (bytes.length / link.rate) * 1000);
    });
    client.on('end', () => upstream.end());
    upstream.pipe(client);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  link.url = `http://127.0.0.1:${server.address().port}`;
  link.close = async () => {
    for (const end of open) end.destroy();
    await new Promise((done) => server.close(done));
  };
  return link;
}
