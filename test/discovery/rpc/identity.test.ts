import { getBytes, id } from "ethers";
import { verifyMessage } from "ethers/hash";
import { Wallet } from "ethers/wallet";
import { describe, expect, it } from "vitest";
import { signIdentity } from "../../../src/discovery/rpc/identity.js";

const wallet = new Wallet(`0x${"11".repeat(32)}`);

describe("the request's signature (G-4, G-5)", () => {
  it("is a personal-message signature over the hash of the checksummed address", async () => {
    const { address, signature } = await signIdentity(wallet);
    expect(address).toBe(wallet.address.toLowerCase());
    // G-4: the prefix is around the 32 bytes of the hash of the text with its capitals.
    expect(wallet.address).toMatch(/[A-F]/);
    expect(verifyMessage(getBytes(id(wallet.address)), signature)).toBe(wallet.address);
    expect(signature).toMatch(/^0x[0-9a-f]{128}1[bc]$/);
  });

  it("may come from any signer of personal messages", async () => {
    const signer = {
      getAddress: async () => wallet.address.toLowerCase(),
      signMessage: (message: Uint8Array) => wallet.signMessage(message),
    };
    expect(await signIdentity(signer)).toEqual(await signIdentity(wallet));
  });

  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const part = (signature: string, at: number): string =>
    signature.slice(2 + 64 * at, 66 + 64 * at);
  it.each<[string, (signature: string) => string]>([
    ["that is none", () => "0x"],
    ["of another message", () => Wallet.createRandom().signMessageSync("another")],
    ["too short", (signature) => signature.slice(0, -2)],
    [
      "with V 0 or 1",
      (signature) => `${signature.slice(0, -2)}0${signature.endsWith("c") ? 1 : 0}`,
    ],
    [
      "with S in the upper half",
      (signature) => {
        const high = (order - BigInt(`0x${part(signature, 1)}`)).toString(16).padStart(64, "0");
        return `0x${part(signature, 0)}${high}${signature.endsWith("1c") ? "1b" : "1c"}`;
      },
    ],
    ["with an R that is no point", (signature) => `0x${"f".repeat(64)}${signature.slice(66)}`],
  ])("%s is refused here, as orchestrators would refuse it", async (_, change) => {
    const signer = {
      getAddress: async () => wallet.address,
      signMessage: async (message: Uint8Array) => change(await wallet.signMessage(message)),
    };
    await expect(signIdentity(signer)).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
  });
});
