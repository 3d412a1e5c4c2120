/** A program that starts a node, prints where it is, and does not end by itself. */
import { startAnvil } from "./anvil.js";

const { url } = await startAnvil();
process.stdout.write(`${url}\n`);
setInterval(() => {}, 2 ** 30);
