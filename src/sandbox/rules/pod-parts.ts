/**
 * Parts of pods that few have: hosts of their own, sysctls, how they are spread.
 *
 * Source: kubernetes pkg/apis/core/validation/validation.go (`ValidateHostAliases`, `validateSysctls`,
 * `validateTopologySpreadConstraints`).
 */
import { isIP } from "node:net";
import { dnsSubdomain } from "./formats.js";
import { selectorRules } from "./metadata.js";
import { badIP } from "./services.js";
import {
  at,
  duplicate,
  format,
  invalid,
  isThere,
  items,
  notSupported,
  number,
  required,
  text,
  type Spot,
} from "./spot.js";

export function partRules(spec: Spot): void {
  for (const alias of items(at(spec, "hostAliases"))) hostRules(alias);
  sysctlRules(at(spec, "securityContext", "sysctls"));
  const constraints = items(at(spec, "topologySpreadConstraints"));
  constraints.forEach((constraint, index) => {
    spreadRules(constraint, constraints.slice(index + 1));
  });
}

function hostRules(alias: Spot): void {
  const ip = at(alias, "ip");
  if (isIP(text(ip)) === 0) invalid(ip, badIP, text(ip));
  for (const name of items(at(alias, "hostnames"))) format(name, dnsSubdomain);
}

const segment = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const sysctlPattern = `^(${segment}[\\./])*${segment}$`;
const sysctlName = new RegExp(sysctlPattern);
const mostSysctl = 253;

function sysctlRules(sysctls: Spot): void {
  const names = new Set<string>();
  for (const sysctl of items(sysctls)) {
    const name = at(sysctl, "name");
    const value = text(name);
    if (value === "") required(name);
    else if (value.length > mostSysctl || !sysctlName.test(value))
      invalid(name, `must have at most ${mostSysctl} characters and match regex ${sysctlPattern}`);
    else if (names.has(value)) duplicate(name);
    names.add(value);
  }
}

/** `others` are the constraints after it. */
function spreadRules(constraint: Spot, others: readonly Spot[]): void {
  const skew = at(constraint, "maxSkew");
  if ((number(skew) ?? 0) <= 0) invalid(skew, "must be greater than zero", number(skew) ?? 0);
  const key = at(constraint, "topologyKey");
  if (text(key) === "") required(key, "can not be empty");
  const action = at(constraint, "whenUnsatisfiable");
  const actions = ["DoNotSchedule", "ScheduleAnyway"];
  if (!actions.includes(text(action))) notSupported(action, actions, text(action));
  const kind = ({ value }: Spot): string =>
    ["topologyKey", "whenUnsatisfiable"].map((name) => text(at({ ...constraint, value }, name))).join(", ");
  if (others.some((other) => kind(other) === kind(constraint)))
    duplicate(at(constraint, "{topologyKey, whenUnsatisfiable}"), `{${kind(constraint)}}`);
  const domains = at(constraint, "minDomains");
  if (isThere(domains)) {
    if ((number(domains) ?? 0) <= 0) invalid(domains, "must be greater than zero");
    if (text(action) !== "DoNotSchedule")
      invalid(domains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${text(action)}`);
  }
  selectorRules(at(constraint, "labelSelector"));
}
