/** The object of a round on its server, and those who write it. */
import {
  equalJson,
  getPath,
  isObject,
  stringifyJson,
  type Json,
  type JsonObject,
} from "../../../src/json.js";
import { differences, type Difference } from "../differential/compare.js";
import type { Answer, Side } from "../differential/side.js";
import { maybe, metadata, oneOf } from "../differential/values.js";
import { edited } from "./edits.js";
import type { Subject } from "./subject.js";
import type { Random } from "./random.js";

const applyType = "application/apply-patch+yaml";

/** The object on the server, and what was done to it. */
export class Remote {
  readonly history: string[] = [];
  constructor(
    readonly side: Side,
    readonly subject: Subject,
    readonly name: string,
  ) {}

  path(apiVersion: string, subresource = ""): string {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const below = subresource === "" ? "" : `/${subresource}`;
    const scope = this.subject.clusterScoped === true ? "" : `/namespaces/${this.side.namespace}`;
    return `${root}${scope}/${this.subject.plural}/${this.name}${below}`;
  }

  async read(apiVersion: string): Promise<JsonObject | undefined> {
    const { status, body } = await this.side.send({ method: "GET", path: this.path(apiVersion) });
    return status === 200 ? body : undefined;
  }

  async apply(
    manifest: JsonObject,
    manager: string,
    { force = true, dryRun = false, subresource = "" } = {},
  ): Promise<Answer> {
    const query = `?fieldManager=${manager}&force=${String(force)}&fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`;
    const path = this.path(manifest["apiVersion"] as string, subresource) + query;
    const answer = await this.side.send({ method: "PATCH", path, contentType: applyType, body: manifest });
    if (!dryRun) this.note(`${manager} applies${force ? " by force" : ""}`, answer, manifest);
    return answer;
  }

  /** What applying changes in earnest; undefined where others have written too. */
  async write(manifest: JsonObject, force: boolean, live: JsonObject): Promise<Difference[] | undefined> {
    const { status, body } = await this.apply(manifest, "kapply", { force });
    if (status >= 300) return [];
    const others = (object: JsonObject): Json[] =>
      ((getPath(object, ["metadata", "managedFields"]) ?? []) as JsonObject[]).filter(
        ({ manager }) => manager !== "kapply",
      );
    if (!equalJson(others(body), others(live))) return undefined;
    // So does who writes the status, which no apply of ours does.
    const found = differences(live, body);
    const isOfOthers =
      this.subject.subresources.includes("status") && found.some(({ path }) => path.startsWith("status"));
    return isOfOthers ? undefined : found;
  }

  async patch(
    type: string,
    body: Json,
    manager: string,
    apiVersion: string,
    subresource = "",
  ): Promise<void> {
    const path = `${this.path(apiVersion, subresource)}?fieldManager=${manager}`;
    const answer = await this.side.send({ method: "PATCH", path, contentType: `application/${type}`, body });
    this.note(`${manager} ${type} ${subresource} in ${apiVersion}`, answer, body);
  }

  async remove(): Promise<void> {
    const path = this.path(this.subject.apiVersions[0] ?? "");
    await this.side.send({
      method: "DELETE",
      path: `${path}?propagationPolicy=Background&gracePeriodSeconds=0`,
    });
    const body = { metadata: { finalizers: null } };
    await this.side.send({ method: "PATCH", path, contentType: "application/merge-patch+json", body });
  }

  note(what: string, { status }: Answer, body: Json): void {
    this.history.push(`${what} -> ${String(status)}: ${stringifyJson(body)}`);
  }

  /** A manifest with what users leave in theirs: nulls, what is empty, a status. */
  manifest(apiVersion: string, random: Random): JsonObject {
    const body = random.draw(this.subject.whole);
    // Uids are others on the server: several would stand in another order there.
    const { ownerReferences: owners, ...more } = random.draw(maybe(metadata, 2)) ?? {};
    if (Array.isArray(owners)) more["ownerReferences"] = owners.slice(0, 1);
    if (random.oneIn(8)) more["creationTimestamp"] = null;
    const given: JsonObject = {
      apiVersion,
      kind: this.subject.kind,
      metadata: { ...more, name: this.name },
      ...body,
    };
    if (random.oneIn(10)) given["status"] = random.draw(oneOf<JsonObject>({}, { replicas: 1 }));
    return random.oneIn(3) ? edited(given, {}, random).manifest : given;
  }

  /** Applies random manifests until one is taken. */
  async make(apiVersion: string, random: Random): Promise<JsonObject | undefined> {
    for (let tries = 0; tries < 5; tries++) {
      const manifest = this.manifest(apiVersion, random);
      if ((await this.apply(manifest, "kapply")).status < 300) return manifest;
    }
    return undefined;
  }

  /** Somebody writes, or we do: gives the manifest that we applied last. */
  async disturb(manifest: JsonObject, apiVersion: string, random: Random): Promise<JsonObject> {
    const other = random.pick(["two", "three"]) ?? "two";
    const version = random.pick(this.subject.apiVersions) ?? apiVersion;
    const part = (): JsonObject => ({
      ...random.draw(this.subject.part),
      ...(random.oneIn(3) && { metadata: random.draw(metadata) }),
    });
    const live = (await this.read(version)) ?? {};
    switch (random.below(9)) {
      case 0:
      case 1: {
        const body = this.named(version, part());
        await this.apply(body, other, { force: !random.oneIn(3) });
        return manifest;
      }
      case 2: {
        // What we apply too, and part of it: owned by both.
        const body = { ...edited(manifest, live, random).manifest, apiVersion: version };
        await this.apply(body, other, { force: !random.oneIn(3) });
        return manifest;
      }
      case 3:
        await this.patch("merge-patch+json", part(), random.oneIn(6) ? "kapply" : "editor", version);
        return manifest;
      case 4:
      case 5: {
        const operations = random.oneIn(12)
          ? [{ op: "replace", path: "/metadata/managedFields", value: [{}] }]
          : removal(live, random);
        await this.patch("json-patch+json", operations, "editor", version);
        return manifest;
      }
      case 6: {
        const subresource = random.pick(this.subject.subresources);
        if (subresource === undefined) return manifest;
        const body =
          subresource === "scale"
            ? { spec: { replicas: random.below(4) } }
            : random.draw(this.subject.status);
        if (random.oneIn(3) && subresource === "status")
          await this.apply(this.named(version, body), other, { subresource });
        else await this.patch("merge-patch+json", body, "controller", version, subresource);
        return manifest;
      }
      case 7: {
        if (random.oneIn(6)) {
          await this.patch(
            "merge-patch+json",
            { metadata: { finalizers: ["example.com/hold"] } },
            "editor",
            version,
          );
          const answer = await this.side.send({ method: "DELETE", path: this.path(version) });
          this.note("somebody deletes", answer, null);
          return manifest;
        }
        // We apply again: something else, or the same edited.
        const next = random.oneIn(2)
          ? this.manifest(apiVersion, random)
          : edited(manifest, live, random).manifest;
        return (await this.apply(next, "kapply")).status < 300 ? next : manifest;
      }
      default: {
        const next = edited(manifest, live, random).manifest;
        return (await this.apply(next, "kapply")).status < 300 ? next : manifest;
      }
    }
  }

  named(apiVersion: string, body: JsonObject): JsonObject {
    const given = body["metadata"];
    return {
      apiVersion,
      kind: this.subject.kind,
      ...body,
      metadata: { ...(isObject(given) ? given : {}), name: this.name },
    };
  }
}

/** A JSON patch that takes a place of the object away, or gives it another value. */
function removal(live: JsonObject, random: Random): JsonObject[] {
  const pointers: [string, Json][] = [];
  const visit = (value: Json, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      const at = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (/^\/(apiVersion|kind|status)$|^\/metadata\/(?!labels|annotations)/.test(at)) continue;
      const child = (value as JsonObject)[key] as Json;
      if (at !== "/metadata") pointers.push([at, child]);
      visit(child, at);
    }
  };
  visit(live, "");
  const [path, value] = random.pick(pointers) ?? ["/metadata/labels", {}];
  if (random.oneIn(3)) return [{ op: "remove", path }];
  if (typeof value === "string") return [{ op: "replace", path, value: value === "a" ? "b" : "a" }];
  if (typeof value === "number") return [{ op: "replace", path, value: value + 1 }];
  return [{ op: "remove", path }];
}
