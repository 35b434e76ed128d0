// The floor that kapply's creating is held against: a bare undici loop. It reads the prepared requests from a file,
// sends the first alone (the namespace that the others need), then all others over as many connections as kapply has.
// Plain JavaScript, since a compiler would count as a part of its start.
import { readFileSync } from "node:fs";
import { Pool } from "undici";

const { server, tls, connections, requests } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const pool = new Pool(server, { connections, connect: tls });
const headers = { "content-type": "application/apply-patch+yaml" };

async function send({ path, body }) {
  const response = await pool.request({ path, method: "PATCH", headers, body });
  const text = await response.body.text();
  if (response.statusCode !== 201) throw new Error(`PATCH ${path}: ${response.statusCode} ${text}`);
}

await send(requests[0]);
let next = 1;
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (next < requests.length) await send(requests[next++]);
  }),
);
await pool.close();
