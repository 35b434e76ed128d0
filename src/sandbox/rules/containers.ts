/**
 * Containers: what they run, what they mount, what they ask for, how they are probed.
 *
 * Source: kubernetes pkg/apis/core/validation/validation.go (`validateContainerCommon` and what it calls).
 */
import { getKey } from "../../json.js";
import { amount, plainText } from "./amounts.js";
import { dataKey, dnsLabel, dnsSubdomain, labelKey, portName, variableName } from "./formats.js";
import {
  at,
  duplicate,
  entries,
  forbidden,
  format,
  invalid,
  isGiven,
  isThere,
  items,
  natural,
  needed,
  notFound,
  number,
  oneOf,
  port,
  required,
  text,
  type Spot,
} from "./spot.js";

export const protocols = ["SCTP", "TCP", "UDP"];

/** One container, of any list. `volumes` are the names that it can mount. */
export function containerRules(container: Spot, volumes: ReadonlySet<string>): void {
  const name = at(container, "name");
  if (text(name) === "") required(name);
  else format(name, dnsLabel);
  const image = at(container, "image");
  if (text(image).trim() !== text(image)) invalid(image, "must not have leading or trailing whitespace");
  oneOf(at(container, "terminationMessagePolicy"), ["File", "FallbackToLogsOnError"]);
  portRules(at(container, "ports"));
  variableRules(container);
  mountRules(at(container, "volumeMounts"), volumes);
  oneOf(at(container, "imagePullPolicy"), ["Always", "IfNotPresent", "Never"]);
  resourceRules(at(container, "resources"));
}

/** The probes and hooks of a container that goes on. */
export function lifecycleRules(container: Spot): void {
  for (const hook of ["postStart", "preStop"]) {
    const handler = at(container, "lifecycle", hook);
    if (isThere(handler)) handlerRules(handler);
  }
  for (const kind of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = at(container, kind);
    if (!isThere(probe)) continue;
    handlerRules(probe);
    const counts = [
      "initialDelaySeconds",
      "timeoutSeconds",
      "periodSeconds",
      "successThreshold",
      "failureThreshold",
    ];
    for (const field of counts) natural(at(probe, field));
    const threshold = at(probe, "successThreshold");
    if (kind !== "readinessProbe" && number(threshold) !== 1) invalid(threshold, "must be 1");
  }
}

const handlers = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

function handlerRules(holder: Spot): void {
  const [first, ...others] = handlers.map((name) => at(holder, name)).filter(isThere);
  if (first === undefined) {
    required(holder, "must specify a handler type");
    return;
  }
  for (const other of others) forbidden(other, "may not specify more than 1 handler type");
  switch (first.path.slice(holder.path.length + 1)) {
    case "exec":
      if (!isGiven(at(first, "command"))) required(at(first, "command"));
      break;
    case "httpGet":
      if (text(at(first, "path")) === "") required(at(first, "path"));
      portOrName(at(first, "port"));
      needed(at(first, "scheme"), ["HTTP", "HTTPS"]);
      break;
    case "tcpSocket":
      portOrName(at(first, "port"));
      break;
    case "grpc":
      port(at(first, "port"));
      break;
  }
}

/** A port by its number or its name. */
export function portOrName(spot: Spot): void {
  if (typeof spot.value === "string") format(spot, portName);
  else port(spot);
}

function portRules(list: Spot): void {
  const names = new Set<string>();
  for (const item of items(list)) {
    const name = at(item, "name");
    if (text(name) !== "") {
      const faults = portName(text(name));
      for (const fault of faults) invalid(name, fault);
      if (faults.length === 0 && names.has(text(name))) duplicate(name);
      names.add(text(name));
    }
    const containerPort = at(item, "containerPort");
    if (isGiven(containerPort)) port(containerPort);
    else required(containerPort);
    if (isGiven(at(item, "hostPort"))) port(at(item, "hostPort"));
    needed(at(item, "protocol"), protocols);
  }
}

const sources = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

function variableRules(container: Spot): void {
  for (const variable of items(at(container, "env"))) {
    const name = at(variable, "name");
    if (text(name) === "") required(name);
    else format(name, variableName);
    const from = at(variable, "valueFrom");
    if (isThere(from)) sourceRules(from, text(at(variable, "value")) !== "");
  }
  const list = at(container, "envFrom");
  for (const source of items(list)) {
    if (text(at(source, "prefix")) !== "") format(at(source, "prefix"), variableName);
    const given = ["configMapRef", "secretRef"].map((name) => at(source, name)).filter(isThere);
    for (const reference of given) nameOf(at(reference, "name"));
    if (given.length === 0) invalid(list, "must specify one of: `configMapRef` or `secretRef`", "");
    if (given.length > 1) invalid(list, "may not have more than one field specified at a time", "");
  }
}

function nameOf(name: Spot): void {
  if (text(name) === "") required(name);
  else format(name, dnsSubdomain);
}

function sourceRules(from: Spot, hasValue: boolean): void {
  const given = sources.map((name) => at(from, name)).filter(isThere);
  for (const kind of ["configMapKeyRef", "secretKeyRef"]) {
    const reference = at(from, kind);
    if (!isThere(reference)) continue;
    format(at(reference, "name"), dnsSubdomain, text(at(reference, "name")));
    const key = at(reference, "key");
    if (text(key) === "") required(key);
    else format(key, dataKey);
  }
  if (isThere(at(from, "fieldRef"))) fieldRules(at(from, "fieldRef"));
  if (given.length === 0) {
    const ways = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
    invalid(from, `must specify one of: ${ways}`, "");
  } else if (hasValue) invalid(from, "may not be specified when `value` is not empty", "");
  else if (given.length > 1) invalid(from, "may not have more than one field specified at a time", "");
}

const knownFields =
  /^(metadata\.(name|namespace|uid|labels|annotations)(\['.*'\])?|spec\.(nodeName|restartPolicy|serviceAccountName|schedulerName|hostNetwork)|status\.(phase|hostIP|hostIPs|message|podIP|podIPs|nominatedNodeName))$/;

function fieldRules(reference: Spot): void {
  const path = at(reference, "fieldPath");
  if (text(at(reference, "apiVersion")) === "") required(at(reference, "apiVersion"));
  else if (text(path) === "") required(path);
  else if (!knownFields.test(text(path)))
    invalid(path, `error converting fieldPath: field label not supported: ${text(path)}`);
}

function mountRules(list: Spot, volumes: ReadonlySet<string>): void {
  const paths = new Set<string>();
  for (const mount of items(list)) {
    const name = at(mount, "name");
    const path = at(mount, "mountPath");
    if (text(name) === "") required(name);
    if (!volumes.has(text(name))) notFound({ ...name, value: text(name) });
    if (text(path) === "") required(path);
    if (paths.has(text(path))) invalid(path, "must be unique");
    paths.add(text(path));
    for (const field of ["subPath", "subPathExpr"]) {
      const given = text(at(mount, field));
      // The server leaves out which of the mounts it is.
      const spot = at(list, field);
      if (given.startsWith("/")) invalid(spot, "must be a relative path", given);
      if (given.split("/").includes("..")) invalid(spot, "must not contain '..'", given);
    }
  }
}

const ownResources = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/;

function resourceRules(resources: Spot): void {
  const limits = at(resources, "limits");
  const requests = at(resources, "requests");
  for (const list of [limits, requests]) {
    for (const [name, entry] of entries(list)) {
      resourceName(name, entry);
      const given = amount(entry.value);
      if (given !== undefined && given < 0) invalid(entry, "must be greater than or equal to 0");
    }
  }
  for (const [name, request] of entries(requests)) {
    const limit = getKey(limits.value, name);
    const [most, asked] = [amount(limit), amount(request.value)];
    if (limit === undefined || most === undefined || asked === undefined || asked <= most) continue;
    invalid(requests, `must be less than or equal to ${name} limit of ${plainText(limit)}`, request.value);
  }
}

function resourceName(name: string, entry: Spot): void {
  const faults = labelKey(name);
  for (const fault of faults) invalid(entry, fault, name);
  if (faults.length > 0 || name.includes("/") || ownResources.test(name)) return;
  if (!/^(storage|pods|services|secrets|configmaps)$/.test(name))
    invalid(entry, "must be a standard resource type or fully qualified", name);
  invalid(entry, "must be a standard resource for containers", name);
}
