/** The options of the gateway's key, by go-livepeer's names. */
import type { Command } from "commander";

/** Adds them to the group that was begun. */
export function addKeyOptions(command: Command): void {
  command
    .option(
      "--ethKeystorePath <path>",
      "keystore file or folder: proves the gateway's address (G-4)",
    )
    .option("--ethAcctAddr <address>", "the gateway's account: its deposit and reserve count (P-6)")
    .option("--ethPassword <text>", "the keystore's password, or a file that holds it");
}
