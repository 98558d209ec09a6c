import { adoptedAndDied, adoptedCheckpoint } from "./adopted-and-died.ts"
import { checkpointHandedOn, checkpointOfBefore } from "./checkpoint-of-before.ts"
import { fencedWhole, fencedWriter } from "./fenced-writer.ts"
import { forgedCatalogue, forgedFloor, forgedVoid } from "./forged-catalogue.ts"
import { forgedCondemned, forgedFinal } from "./forged-list.ts"
import type { Interleaving } from "./interleaving.ts"
import { keptByStore } from "./kept-by-store.ts"
import { lastTwoPoints } from "./last-two-points.ts"
import { lateLists } from "./late-lists.ts"
import { lateReclaimer } from "./late-reclaimer.ts"
import { logBeginsLate, logHasNoBarrierYet } from "./log-begins-late.ts"
import { movedBeneathCopy, movedBeneathRestore, movedBeneathVerify } from "./moved-beneath.ts"
import { movedBehindABarrier } from "./moved-behind-a-barrier.ts"
import { entryBeforeAHole, hasteInAHole, numberInAHole } from "./number-in-a-hole.ts"
import { parentGivenBack } from "./parent-given-back.ts"
import { pausedSession } from "./paused-session.ts"
import { longReader, readerWhileCounting } from "./reader.ts"
import { sessionAtWork } from "./session-at-work.ts"
import { sessionBeginsMeanwhile } from "./session-begins-meanwhile.ts"
import { siblingCondemned } from "./sibling-condemned.ts"
import { siblingInFlight, siblingOfMoved } from "./sibling-in-flight.ts"
import { emptiedBeside, emptiedTooLate, emptiedTwice } from "./sparse-packs.ts"
import { twoBeginAnEpoch } from "./two-begin-an-epoch.ts"
import { undoAfterCondemned } from "./undo-after-condemned.ts"
import { fastMachine, fastStore, removedAnew, undoTime } from "./undo-times.ts"
import { unknownTable } from "./unknown-table.ts"
import { unopenedEntry } from "./unopened-entry.ts"

export const interleavings: readonly Interleaving[] = [
  undoAfterCondemned,
  undoTime,
  fastMachine,
  fastStore,
  removedAnew,
  siblingInFlight,
  siblingOfMoved,
  siblingCondemned,
  checkpointOfBefore,
  checkpointHandedOn,
  pausedSession,
  sessionAtWork,
  sessionBeginsMeanwhile,
  adoptedAndDied,
  adoptedCheckpoint,
  parentGivenBack,
  logBeginsLate,
  logHasNoBarrierYet,
  lateLists,
  lateReclaimer,
  keptByStore,
  longReader,
  readerWhileCounting,
  unknownTable,
  emptiedTooLate,
  emptiedBeside,
  emptiedTwice,
  movedBehindABarrier,
  numberInAHole,
  entryBeforeAHole,
  hasteInAHole,
  lastTwoPoints,
  fencedWriter,
  fencedWhole,
  forgedCatalogue,
  forgedFloor,
  forgedVoid,
  forgedCondemned,
  forgedFinal,
  twoBeginAnEpoch,
  unopenedEntry,
  movedBeneathRestore,
  movedBeneathVerify,
  movedBeneathCopy,
]
