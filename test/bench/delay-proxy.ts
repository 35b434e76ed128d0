/**
 * A network that is farther away: forwards TCP to a port of 127.0.0.1, every chunk half a round trip late each way, in
 * order, and the first of a connection a whole round trip later still, as the handshake of TCP would make it. Arguments:
 * the port, the round trip in milliseconds. Prints the port that it listens on; ends when its stdin does.
 */
import net from "node:net";

const [port = 0, roundTrip = 0] = process.argv.slice(2).map(Number);

const proxy = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const server = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
  forward(client, server, performance.now() + roundTrip);
  forward(server, client, 0);
});

/** Sends on what comes from one side to the other; nothing that comes before `open` is taken to have been sent. */
function forward(from: net.Socket, to: net.Socket, open: number): void {
  const queue: { due: number; pass: () => void }[] = [];
  let waiting = false;
  const flush = (): void => {
    // Timers know whole milliseconds, and are rather late: so as to be right on average.
    while (queue[0] !== undefined && queue[0].due - performance.now() < 0.8) queue.shift()?.pass();
    waiting = queue[0] !== undefined;
    if (queue[0] !== undefined) setTimeout(flush, queue[0].due - performance.now());
  };
  const later = (pass: () => void): void => {
    if (roundTrip === 0) {
      pass();
      return;
    }
    queue.push({ due: Math.max(performance.now(), open) + roundTrip / 2, pass });
    if (!waiting) flush();
  };
  from.on("data", (chunk) => later(() => void to.write(chunk)));
  from.on("end", () => later(() => to.end()));
  from.on("error", () => to.destroy());
  from.on("close", () => later(() => to.destroySoon()));
}

proxy.listen(0, "127.0.0.1", () => console.log((proxy.address() as net.AddressInfo).port));
process.stdin.resume().on("end", () => process.exit());
