/** The commands of poolsim. */
import { Command } from "commander";

/**
 * Runs one command line.
 *
 * @param args without the names of node and of the script
 * @returns the exit code
 */
export async function run(args: readonly string[]): Promise<number> {
  const program = new Command("poolsim");
  await program.parseAsync(args, { from: "user" });
  return 0;
}
