/**
 * The HTTP proxy that the environment asks for, by the rules of Go's golang.org/x/net/http/httpproxy (which
 * client-go uses): HTTPS_PROXY and HTTP_PROXY, upper case first; NO_PROXY with domains, addresses, ports and CIDR
 * ranges; loopback hosts never go through a proxy.
 */
import { BlockList, isIP } from "node:net";
import type { AuthEnvironment } from "./environment.js";
import { unusable } from "./failures.js";
import { isLoopbackHost } from "./server-url.js";

/** The proxy for a server, or undefined. Throws `credentials` for a value that is no proxy; Go ignores it. */
export function environmentProxy(server: string, env: AuthEnvironment["env"]): string | undefined {
  const url = new URL(server);
  const [name, value] = variable(env, url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (value === undefined || isLoopbackHost(url.hostname)) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const [, noProxy = ""] = variable(env, "NO_PROXY");
  if (isExcepted(host, port, noProxy)) return undefined;
  return parseProxyUrl(value.includes("://") ? value : `http://${value}`, name);
}

/** A proxy's URL: http, https or socks5, as client-go takes them. Throws `credentials`, never echoing a password. */
export function parseProxyUrl(text: string, what: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "") {
    throw unusable(`${what} is no URL of a proxy`, "write it as http://host:port");
  }
  if (!["http:", "https:", "socks5:", "socks5h:"].includes(url.protocol)) {
    throw unusable(`${what} must begin with http://, https:// or socks5://, not with ${url.protocol}//`);
  }
  return text.trim().replace(/^socks5h:/i, "socks5:");
}

function variable(env: AuthEnvironment["env"], upper: string): [name: string, value: string | undefined] {
  for (const name of [upper, upper.toLowerCase()]) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== "") return [name, value];
  }
  return [upper, undefined];
}

/** Whether NO_PROXY excepts a host (an address without brackets) and port. */
export function isExcepted(host: string, port: string, noProxy: string): boolean {
  return noProxy.split(",").some((item) => matches(item.trim().toLowerCase(), host.toLowerCase(), port));
}

function matches(pattern: string, host: string, port: string): boolean {
  if (pattern === "") return false;
  if (pattern === "*") return true;
  if (isRange(pattern)) return isIP(host) !== 0 && inRange(pattern, host);
  const [name, onlyPort] = splitPort(pattern);
  if (name === "" || (onlyPort !== "" && onlyPort !== port)) return false;
  if (isIP(name) !== 0) return isIP(host) !== 0 && sameAddress(name, host);
  if (isIP(host) !== 0) return false;
  const domain = name.startsWith("*.") ? name.slice(1) : name;
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

/** `10.0.0.0/8`, `fd00::/8`. */
function isRange(pattern: string): boolean {
  const [address = "", bits = "", ...rest] = pattern.split("/");
  const family = isIP(address);
  return rest.length === 0 && family !== 0 && /^[0-9]{1,3}$/.test(bits) && Number(bits) <= familyBits(family);
}

function inRange(range: string, host: string): boolean {
  const [address = "", bits = ""] = range.split("/");
  // To a BlockList, ::/0 also holds what is IPv4; to Go it does not.
  const isMapped = (text: string) => text.startsWith("::ffff:");
  if (isIP(address) === 6 && !isMapped(address) && (isIP(host) === 4 || isMapped(host))) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), familyName(address));
  return list.check(host, familyName(host));
}

function sameAddress(a: string, b: string): boolean {
  const list = new BlockList();
  list.addAddress(a, familyName(a));
  return list.check(b, familyName(b));
}

const familyBits = (family: number) => (family === 4 ? 32 : 128);
const familyName = (address: string) => (isIP(address) === 4 ? "ipv4" : "ipv6");

/** `host:port`, `[::1]:port`, or a name or address alone. */
function splitPort(pattern: string): [host: string, port: string] {
  const bracketed = /^\[([^\]]*)\]:([0-9]*)$/.exec(pattern);
  if (bracketed !== null) return [bracketed[1] ?? "", bracketed[2] ?? ""];
  if (isIP(pattern) === 6) return [pattern, ""];
  const plain = /^([^:]*):([0-9]*)$/.exec(pattern);
  return plain === null ? [pattern, ""] : [plain[1] ?? "", plain[2] ?? ""];
}
