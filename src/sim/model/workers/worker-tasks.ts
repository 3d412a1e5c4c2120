/**
 * Tasks at workers whose transfers share their links: the source is downloaded, transcoded, and the
 * result uploaded. A task goes on whatever its orchestrator thinks of it, and takes its part of the
 * links to the end; only a worker that fails breaks off what it does, or one whose download of a source
 * takes too long: its error goes back instead of a result (O-21).
 */
import { FairLink } from "../../engine/fair-link.js";
import { type Call, Slots } from "../entities.js";
import { EVENT } from "../events.js";
import type { Run } from "../run.js";
import { downloadDueMs, type TaskParts, type WorkerTimes } from "./worker-times.js";

const NO_TASK = -1;

/** One task; reused. */
export class WorkerTask implements TaskParts {
  readonly slot: number;
  /** Number in the order in which tasks were sent. */
  number = 0;
  worker = -1;
  /** Who waits for it; null for a copy of a segment, and for one that was given up. */
  call: Call | null = null;
  isShadow = false;
  begunMs = 0;
  /** The worker's life in which it began. */
  epoch = 0;
  isTranscoded = false;
  /** Whether the worker has given up the download: what is on its way back is an error. */
  downloadFails = false;
  /** When it gives up. */
  dueMs = 0;
  wayMs = 0;
  beforeDownloadMs = 0;
  downloadMegabits = 0;
  transcodeMs = 0;
  beforeUploadMs = 0;
  uploadMegabits = 0;

  constructor(slot: number) {
    this.slot = slot;
  }
}

/** The tasks of all such workers. A worker takes any number of them (O-22). */
export class WorkerTasks {
  readonly #run: Run;
  readonly #slots = new Slots((slot) => new WorkerTask(slot));
  /** Two of each worker: download, upload. */
  readonly #links: FairLink[];
  readonly #epochs: number[];
  #taken = 0;

  constructor(run: Run, workers: readonly WorkerTimes[]) {
    this.#run = run;
    this.#links = workers.flatMap(({ downloadMbps, uploadMbps }) => [
      new FairLink(downloadMbps),
      new FairLink(uploadMbps),
    ]);
    this.#epochs = workers.map(() => 0);
  }

  /** A task to fill in and to {@link begin}. */
  take(worker: number, call: Call | null): WorkerTask {
    const task = this.#slots.take();
    task.number = this.#taken++;
    task.worker = worker;
    task.call = call;
    task.isShadow = call === null;
    task.begunMs = this.#run.now;
    task.epoch = this.#epochs[worker] ?? 0;
    task.isTranscoded = false;
    task.downloadFails = false;
    if (call !== null) call.task = task.slot;
    return task;
  }

  /** The task is sent. */
  begin(task: WorkerTask): void {
    const { queue, now } = this.#run;
    task.dueMs = now + downloadDueMs(task);
    const beginsMs = now + task.beforeDownloadMs;
    // Far away, it may give up before the first byte.
    if (beginsMs > task.dueMs) this.#givesUpDownload(task, task.dueMs);
    else queue.schedule(beginsMs, EVENT.transferBegins, task.slot, task.number);
  }

  /** Its bytes begin to flow. */
  transferBegins(slot: number): void {
    const task = this.#slots.at(slot);
    if (task.epoch !== this.#epochs[task.worker]) {
      this.#free(task);
      return;
    }
    const index = 2 * task.worker + (task.isTranscoded ? 1 : 0);
    const megabits = task.isTranscoded ? task.uploadMegabits : task.downloadMegabits;
    this.#links[index]?.begin(this.#run.now, megabits, slot);
    this.#await(index);
  }

  /**
   * A transfer may have ended on a link, or have taken too long.
   *
   * @returns the task whose result has arrived with it, to be given back with {@link give}; else null
   */
  transferEnds(index: number): WorkerTask | null {
    const { queue, now } = this.#run;
    const link = this.#links[index];
    if (link === undefined) return null;
    if (link.nextEndMs !== now) {
      // Others have begun since this event was scheduled, and it takes longer.
      const late = this.#firstDue(index);
      if (late?.dueMs !== now) return null;
      link.breakOff(now, late.slot);
      this.#givesUpDownload(late, now);
      this.#await(index);
      return null;
    }
    const task = this.#slots.at(link.end());
    this.#await(index);
    if (!task.isTranscoded) {
      task.isTranscoded = true;
      const beginsMs = now + task.transcodeMs + task.beforeUploadMs;
      queue.schedule(beginsMs, EVENT.transferBegins, task.slot, task.number);
      return null;
    }
    // The call may be another's when this is over.
    if (task.call !== null) task.call.task = NO_TASK;
    return task;
  }

  /** A task is over. */
  give(task: WorkerTask): void {
    task.call = null;
    this.#slots.give(task);
  }

  /** Nobody waits for a call's task any more. */
  giveUp(call: Call): void {
    if (call.task === NO_TASK) return;
    this.#slots.at(call.task).call = null;
    call.task = NO_TASK;
  }

  /** A worker fails: its tasks never come back. */
  stop(worker: number): void {
    this.#epochs[worker] = (this.#epochs[worker] ?? 0) + 1;
    for (const link of [this.#links[2 * worker], this.#links[2 * worker + 1]]) {
      for (const slot of link?.underWay() ?? []) this.#free(this.#slots.at(slot));
      link?.clear();
    }
  }

  /** The worker tells that it could not download a task's source. */
  #givesUpDownload(task: WorkerTask, atMs: number): void {
    task.downloadFails = true;
    task.isTranscoded = true;
    task.uploadMegabits = 0;
    const beginsMs = atMs + task.beforeUploadMs;
    this.#run.queue.schedule(beginsMs, EVENT.transferBegins, task.slot, task.number);
  }

  /** Of the downloads under way on a link the one that is given up first. */
  #firstDue(index: number): WorkerTask | null {
    let first: WorkerTask | null = null;
    // Uploads have no limit.
    if (index % 2 !== 0) return first;
    for (const slot of this.#links[index]?.underWay() ?? []) {
      const task = this.#slots.at(slot);
      if (first === null || task.dueMs < first.dueMs) first = task;
    }
    return first;
  }

  #await(index: number): void {
    const endMs = this.#links[index]?.nextEndMs ?? Number.POSITIVE_INFINITY;
    if (endMs === Number.POSITIVE_INFINITY) return;
    const atMs = Math.min(endMs, this.#firstDue(index)?.dueMs ?? endMs);
    this.#run.queue.schedule(atMs, EVENT.transferEnds, index, index);
  }

  #free(task: WorkerTask): void {
    if (task.call !== null) task.call.task = NO_TASK;
    this.give(task);
  }
}
