/** How many sessions all nodes have, side by side: a discovery looks at those of forty of them. */

/** By node. */
export class SessionLevels {
  /** Its open sessions, those included whose time has run out since somebody looked. */
  readonly open: Int32Array;
  /** Its MaxSessions; −1 where it changes, or where somebody has to be told of each end in time. */
  readonly most: Int32Array;

  /** @param nodes how many there are */
  constructor(nodes: number) {
    this.open = new Int32Array(nodes);
    this.most = new Int32Array(nodes).fill(-1);
  }
}
