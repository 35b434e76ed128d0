/**
 * What label keys and values may be, and the server's words for those that are not.
 *
 * Source: apimachinery pkg/api/validate/content (`IsLabelKey`, `IsLabelValue`, `IsDNS1123Subdomain`, errors.go).
 */
const name = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const value = `(${name})?`;
const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = `${label}(\\.${label})*`;
const alphanumeric =
  "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** What is wrong with a label's key, in the server's words; empty where nothing is. */
export function labelKeyFaults(key: string): string[] {
  const wrongName = unlike(`must ${alphanumeric}`, name, "MyName", "my.name", "123-abc");
  const parts = key.split("/");
  if (parts.length > 2)
    return [
      `a valid label key ${wrongName} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const own = parts.at(-1) ?? "";
  const faults = parts.length === 2 ? prefixFaults(parts[0] ?? "") : [];
  if (own === "") faults.push("name part must be non-empty");
  else if (bytes(own) > 63) faults.push(`name part ${tooLong(63)}`);
  if (!matches(own, name)) faults.push(`name part ${wrongName}`);
  return faults;
}

function prefixFaults(prefix: string): string[] {
  if (prefix === "") return ["prefix part must be non-empty"];
  const faults = bytes(prefix) > 253 ? [tooLong(253)] : [];
  if (!matches(prefix, subdomain)) {
    const wanted =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    faults.push(unlike(wanted, subdomain, "example.com"));
  }
  return faults.map((fault) => `prefix part ${fault}`);
}

/** What is wrong with a label's value. */
export function labelValueFaults(text: string): string[] {
  const faults = bytes(text) > 63 ? [tooLong(63)] : [];
  if (!matches(text, value))
    faults.push(
      unlike(
        `a valid label must be an empty string or ${alphanumeric}`,
        value,
        "MyValue",
        "my_value",
        "12345",
      ),
    );
  return faults;
}

const bytes = (text: string): number => new TextEncoder().encode(text).length;
const matches = (text: string, pattern: string): boolean => new RegExp(`^${pattern}$`).test(text);
const tooLong = (most: number): string => `must be no more than ${String(most)} bytes`;

function unlike(wanted: string, pattern: string, ...examples: string[]): string {
  const list = examples.map((example) => `'${example}', `).join(" or ");
  return `${wanted} (e.g. ${list}regex used for validation is '${pattern}')`;
}
