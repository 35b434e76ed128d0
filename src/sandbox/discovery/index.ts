/** What the server says of itself, and objects in the forms that clients ask for. */
export { acceptedTypes, negotiateView, type View } from "./accept.js";
export { compareVersions } from "./groups.js";
export { createDiscovery, type Discovery } from "./discovery.js";
export { asPartial, asTable } from "./table.js";
