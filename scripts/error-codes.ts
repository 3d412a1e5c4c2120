/**
 * Writes what src says of error codes: docs/errors.md, and the union `PoolsimErrorCode` of each public
 * face. A test compares them.
 */
import { writeFileSync } from "node:fs";
import { errorFiles } from "./error-reference.js";

for (const [file, text] of errorFiles()) writeFileSync(file, text);
