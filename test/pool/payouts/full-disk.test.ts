/** The disk is full, or fails, where locks and what was signed are kept: the machine's trouble (exit code 4), not bad input. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { InputError, RemoteError } from "../../../src/core/errors.js";
import { openSignedMemory } from "../../../src/pool/payouts/signed-memory.js";
import { lockWallet } from "../../../src/pool/payouts/wallet-lock.js";
import { WALLET } from "../../support/chain/wallet.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const WHOSE = { chainId: 1n, wallet: WALLET };

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-full-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function thrown(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}

it.runIf(process.platform === "linux")("of what was signed", () => {
  const folder = emptyFolder();
  symlinkSync("/dev/full", join(folder, `signed-1-${WALLET}.json.new`));
  const memory = openSignedMemory({ folder, ...WHOSE });
  const error = thrown(() => memory.note({ nonce: 0, txHash: `0x${"1".repeat(64)}` }));
  expect(error).toBeInstanceOf(RemoteError);
  expect(error).toMatchObject({ code: "PAYOUT_SIGNED", message: expect.stringMatching(/ENOSPC/) });
  expect(memory.last()).toBeNull();
});

it("a damaged file, or a folder that is none, is bad input", async () => {
  const folder = emptyFolder();
  const file = join(folder, `signed-1-${WALLET}.json`);
  writeFileSync(file, "{");
  expect(thrown(() => openSignedMemory({ folder, ...WHOSE }))).toBeInstanceOf(InputError);
  const lock = { ...WHOSE, holder: "test", waitMs: 0 };
  const under = await lockWallet({ ...lock, folder: join(file, "under") }).catch((error) => error);
  expect(under).toBeInstanceOf(InputError);
  expect(under).toMatchObject({ code: "PAYOUT_LOCK_FOLDER" });
});

it.runIf(process.platform === "linux")("of the lock", () => {
  const folder = emptyFolder();
  // No byte can be written to any file.
  const program = `
    import { lockWallet } from ${JSON.stringify(join(ROOT, "dist/pool/payouts/index.js"))};
    const options = { folder: ${JSON.stringify(folder)}, chainId: 1n, wallet: "${WALLET}", holder: "test", waitMs: 0 };
    try {
      await lockWallet(options);
    } catch (error) {
      console.log(error.constructor.name, error.code);
    }`;
  const command = 'ulimit -f 0; exec "$0" --input-type=module -e "$1"';
  const said = execFileSync("sh", ["-c", command, process.execPath, program], { encoding: "utf8" });
  expect(said.trim()).toBe("RemoteError PAYOUT_LOCK_FOLDER");
});
