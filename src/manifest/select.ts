/** Label selectors, as `kubectl -l` reads them. */
import { KapplyError } from "../errors.js";
import { getPath } from "../json.js";
import type { Manifest, Problem } from "../model.js";

type Requirement = (labels: (key: string) => string | undefined) => boolean;

/**
 * The manifests whose own labels match a selector; all of them where there is none, and a problem where manifests are
 * there and none matches: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`, `a`, `!a`, separated by
 * commas (apimachinery, pkg/labels/selector.go). Throws `usage` where the selector can't be read.
 */
export function selectManifests(
  manifests: readonly Manifest[],
  selector: string | undefined,
): { manifests: Manifest[]; problems: Problem[] } {
  const requirements = parseSelector(selector ?? "");
  const selected = manifests.filter(({ body }) => {
    const label = (key: string): string | undefined => {
      const value = getPath(body, ["metadata", "labels", key]);
      return typeof value === "string" ? value : undefined;
    };
    return requirements.every((matches) => matches(label));
  });
  const nothing = manifests.length > 0 && selected.length === 0;
  return { manifests: selected, problems: nothing ? [noMatch(manifests, selector ?? "")] : [] };
}

function noMatch(manifests: readonly Manifest[], selector: string): Problem {
  const place = manifests[0]?.place ?? { source: "-l", line: 1, column: 1 };
  const message = `none of ${manifests.length} manifests has labels that match -l ${selector}`;
  return {
    code: "empty",
    message,
    place,
    path: "metadata.labels",
    hint: "where that is fine, apply, diff and validate take --allow-empty",
  };
}

function parseSelector(selector: string): Requirement[] {
  const terms = selector.split(/,(?![^(]*\))/).map((term) => term.trim());
  return terms.filter((term) => term !== "").map((term) => parseTerm(term, selector));
}

function parseTerm(term: string, selector: string): Requirement {
  const set = /^([^\s!=()]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    const values = new Set(list.split(",").map((value) => value.trim()));
    return (label) => values.has(label(key) ?? "\0") === (operator === "in");
  }
  const equality = /^([^\s!=()]+)\s*(==?|!=)\s*([^\s!=()]*)$/.exec(term);
  if (equality !== null) {
    const [, key = "", operator, value] = equality;
    return (label) => (label(key) === value) === (operator !== "!=");
  }
  const presence = /^(!?)\s*([^\s!=()]+)$/.exec(term);
  if (presence !== null) {
    const [, not, key = ""] = presence;
    return (label) => (label(key) === undefined) === (not === "!");
  }
  throw new KapplyError("usage", `the selector "${selector}" can't be read at "${term}"`, {
    hint: "write it as app=web, tier!=db, env in (a,b), or !legacy",
  });
}
