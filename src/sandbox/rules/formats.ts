/**
 * Formats of names and keys, and the API server's words about what is none: each gives all faults of a text.
 *
 * Source: apimachinery pkg/util/validation/validation.go, pkg/api/validate/content, pkg/api/validation/path;
 * kubernetes pkg/apis/core/validation.
 */

export type Format = (text: string) => string[];

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = `${label}(\\.${label})*`;
const keyName = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const labelOnly = new RegExp(`^${label}$`);
const subdomainOnly = new RegExp(`^${subdomain}$`);
const keyNameOnly = new RegExp(`^${keyName}$`);

/** What a text should look like, with examples, as the server puts it. */
function shape(must: string, pattern: string, ...examples: string[]): string {
  const list = examples.map((example) => `'${example}', `).join(" or ");
  return `${must} (e.g. ${list}regex used for validation is '${pattern}')`;
}

const most = (length: number, of: string): string => `must be no more than ${length} ${of}`;

const lowerCase = "must consist of lower case alphanumeric characters";
const ends = "must start and end with an alphanumeric character";

/** An RFC 1123 label. */
export const dnsLabel: Format = (text) => {
  const faults = text.length > 63 ? [most(63, "characters")] : [];
  if (labelOnly.test(text)) return faults;
  if (subdomainOnly.test(text)) return [...faults, "must not contain dots"];
  const must = `a lowercase RFC 1123 label ${lowerCase} or '-', and ${ends}`;
  return [...faults, shape(must, label, "my-name", "123-abc")];
};

function subdomainWith(unit: string): Format {
  return (text) => {
    const faults = text.length > 253 ? [most(253, unit)] : [];
    if (subdomainOnly.test(text)) return faults;
    const must = `a lowercase RFC 1123 subdomain ${lowerCase}, '-' or '.', and ${ends}`;
    return [...faults, shape(must, subdomain, "example.com")];
  };
}

/** An RFC 1123 subdomain. */
export const dnsSubdomain: Format = subdomainWith("characters");
const prefixSubdomain: Format = subdomainWith("bytes");

/** `*.` and a subdomain. */
export const wildcardSubdomain: Format = (text) => {
  if (text.startsWith("*.") && subdomainOnly.test(text.slice(2)) && text.length <= 253) return [];
  const must =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [shape(must, `\\*\\.${subdomain}`, "*.example.com")];
};

/** An RFC 1035 label. */
export const dns1035Label: Format = (text) => {
  const faults = text.length > 63 ? [most(63, "characters")] : [];
  if (/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(text)) return faults;
  const must = `a DNS-1035 label ${lowerCase} or '-', start with an alphabetic character, and end with an alphanumeric character`;
  return [...faults, shape(must, "[a-z]([-a-z0-9]*[a-z0-9])?", "my-name", "abc-123")];
};

/** What can be a segment of a URL path. */
export const pathSegment: Format = (text) => {
  if (text === "." || text === "..") return [`may not be '${text}'`];
  return ["/", "%"].filter((sign) => text.includes(sign)).map((sign) => `may not contain '${sign}'`);
};

const keyMust = `must consist of alphanumeric characters, '-', '_' or '.', and ${ends}`;
const keyShape = shape(keyMust, keyName, "MyName", "my.name", "123-abc");

/** The key of a label, and whatever is named like one: finalizers, annotations. */
export const labelKey: Format = (text) => {
  const parts = text.split("/");
  const name = parts.at(-1) ?? "";
  if (parts.length > 2)
    return [
      `a valid label key ${keyShape} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const faults: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0] ?? "";
    if (prefix === "") faults.push("prefix part must be non-empty");
    else faults.push(...prefixSubdomain(prefix).map((fault) => `prefix part ${fault}`));
  }
  if (name === "") faults.push("name part must be non-empty");
  else if (name.length > 63) faults.push(`name part ${most(63, "bytes")}`);
  if (!keyNameOnly.test(name)) faults.push(`name part ${keyShape}`);
  return faults;
};

/** The value of a label. */
export const labelValue: Format = (text) => {
  const faults = text.length > 63 ? [most(63, "bytes")] : [];
  if (text === "" || keyNameOnly.test(text)) return faults;
  const must = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and ${ends}`;
  return [...faults, shape(must, `(${keyName})?`, "MyValue", "my_value", "12345")];
};

/** A key of a ConfigMap or Secret. */
export const dataKey: Format = (text) => {
  const faults = text.length > 253 ? [most(253, "characters")] : [];
  if (!/^[-._a-zA-Z0-9]+$/.test(text)) {
    const must = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    faults.push(shape(must, "[-._a-zA-Z0-9]+", "key.name", "KEY_NAME", "key-name"));
  }
  if (text === "." || text === "..") faults.push(`must not be '${text}'`);
  else if (text.startsWith("..")) faults.push("must not start with '..'");
  return faults;
};

/** The name of an environment variable, as relaxed since 1.34. */
export const variableName: Format = (text) =>
  /^[ -<>-~]*$/.test(text)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

/** The name of a port. */
export const portName: Format = (text) => {
  const faults = text.length > 15 ? [most(15, "characters")] : [];
  if (!/^[-a-z0-9]+$/.test(text))
    faults.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(text)) faults.push("must contain at least one letter (a-z)");
  if (text.includes("--")) faults.push("must not contain consecutive hyphens");
  if (text.startsWith("-") || text.endsWith("-")) faults.push("must not begin or end with a hyphen");
  return faults;
};

/** `25%`. */
export const percentage: Format = (text) =>
  /^[0-9]+%$/.test(text)
    ? []
    : [
        shape(
          "a valid percent string must be a numeric string followed by an ending '%'",
          "[0-9]+%",
          "1%",
          "93%",
        ),
      ];
