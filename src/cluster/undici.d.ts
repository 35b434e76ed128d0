// Undici's Agent by its inner path: the public entry also loads fetch, WebSocket, caches and mocks, which costs
// a process that sends one request 45 of its 157 ms. The version is pinned exactly, and tests hold the path.
declare module "undici/lib/dispatcher/agent.js" {
  import { Agent } from "undici";
  export default Agent;
}
