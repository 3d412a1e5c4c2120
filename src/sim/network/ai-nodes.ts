/** Which orchestrators of the network have which GPUs and AI models, and how soon they answer. */
import { dataError, numberIn, parseCsv, quoted } from "../../io/csv-table.js";
import type { DataText } from "./regions.js";

/** GPUs of one kind that serve a model at one orchestrator. */
export interface AIGpus {
  readonly orchestrator: string;
  readonly pipeline: string;
  readonly model: string;
  /** As its driver names it. */
  readonly gpu: string;
  readonly count: number;
  /** Memory of each, GiB. */
  readonly memoryGib: number;
  /** Day on which it was seen last, `YYYY-MM-DD`. */
  readonly asOf: string;
}

/** An orchestrator that reports AI hardware. */
export interface AINode {
  readonly orchestrator: string;
  /** Most GPUs seen in one sample. */
  readonly gpus: number;
  /** Memory of all of them, GiB. */
  readonly memoryGib: number;
  /** Mean time in which it answered a gateway's discovery, ms. */
  readonly discoveryMs: number;
  /** Whether {@link discoveryMs} is the median of all, as it was not seen itself. */
  readonly isDiscoveryImputed: boolean;
}

const MAX_ROWS = 20_000;
const ADDRESS = /^0x[0-9a-f]{40}$/;

function addressIn(fileName: string, cell: { text: string; line: number; column: number }): string {
  if (ADDRESS.test(cell.text)) return cell.text;
  throw dataError(fileName, cell, `${quoted(cell.text)}, expected an address in lower case`);
}

/**
 * Parses a table of GPUs by orchestrator and model.
 *
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function parseAIGpus(file: DataText): readonly AIGpus[] {
  return parseCsv(file.text, file.name, { maxRecords: MAX_ROWS }).records.map((record) => ({
    orchestrator: addressIn(file.name, record.cell("orchestrator")),
    pipeline: record.cell("pipeline").text,
    model: record.cell("model").text,
    gpu: record.cell("gpu").text,
    count: numberIn(file.name, record.cell("gpus"), { min: 1, max: 10_000 }),
    memoryGib: numberIn(file.name, record.cell("memoryGib"), { min: 0, max: 10_000 }),
    asOf: record.cell("asOf").text,
  }));
}

/**
 * Parses a table of orchestrators with AI hardware.
 *
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function parseAINodes(file: DataText): readonly AINode[] {
  return parseCsv(file.text, file.name, { maxRecords: MAX_ROWS }).records.map((record) => {
    const imputed = record.cell("imputed");
    if (imputed.text !== "" && imputed.text !== "discovery") {
      throw dataError(file.name, imputed, `${quoted(imputed.text)}, expected discovery or nothing`);
    }
    return {
      orchestrator: addressIn(file.name, record.cell("orchestrator")),
      gpus: numberIn(file.name, record.cell("gpus"), { min: 1, max: 10_000 }),
      memoryGib: numberIn(file.name, record.cell("memoryGib"), { min: 0, max: 1_000_000 }),
      discoveryMs: numberIn(file.name, record.cell("discoveryMs"), { min: 0, max: 600_000 }),
      isDiscoveryImputed: imputed.text === "discovery",
    };
  });
}
