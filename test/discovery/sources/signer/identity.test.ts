/** The remote signer's answer, decoded as a gateway decodes it (A-76, W-17). */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signerIdentity } from "../../../../src/discovery/sources/signer/signer-identity.js";

const ADDRESS = `0x${"ab".repeat(20)}`;
const OTHER = `0x${"cd".repeat(20)}`;
const SIGNATURE = `0x${"12".repeat(65)}`;
let body = "";
const server = createServer((_, response) => response.end(body));
beforeAll(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));
afterAll(() => new Promise((done) => server.close(done)));

function ask(text: string) {
  body = text;
  const { port } = server.address() as AddressInfo;
  const signal = AbortSignal.timeout(20_000);
  return signerIdentity({ url: `http://127.0.0.1:${port}` }, { signal });
}

describe("an answer of a remote signer", () => {
  it.each([
    ["as documented", `{"address":"${ADDRESS}","signature":"${SIGNATURE}"}`],
    ["with keys in another case", `{"Address":"${ADDRESS}","SIGNATURE":"${SIGNATURE}"}`],
    [
      "with the last of repeated keys",
      `{"address":"${OTHER}","ADDRESS":"${ADDRESS}","signature":"${SIGNATURE}"}`,
    ],
    [
      "with null after a value",
      `{"address":"${ADDRESS}","address":null,"signature":"${SIGNATURE}"}`,
    ],
  ])("%s is taken", async (_, text) => {
    expect(await ask(text)).toEqual({ address: ADDRESS, signature: SIGNATURE });
  });

  it.each([
    ["null", "null"],
    ["a list", "[]"],
    ["not JSON", "{"],
    ["a number for the address", `{"address":1,"signature":"${SIGNATURE}"}`],
    ["a prototype's key", `{"__proto__":{"address":"${ADDRESS}"},"signature":"${SIGNATURE}"}`],
  ])("that is %s is refused", async (_, text) => {
    await expect(ask(text)).rejects.toMatchObject({ code: "SIGNER_ANSWER" });
  });
});
