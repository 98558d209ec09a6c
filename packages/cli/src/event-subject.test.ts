import { expect, test } from "vitest"
import { eventSubject } from "./event-subject.ts"

test.for([
  [{ job: "nightly", workload: "web01" }, "nightly/web01"],
  [{ workload: "web01" }, "web01"],
  [{ job: "nightly", workload: "web01", disk: "sda" }, "nightly/web01 disk sda"],
  [{ disk: "sda" }, "disk sda"],
  [{ job: "/srv/primary", workload: "" }, "/srv/primary"],
] as const)("%j is called %s", ([event, subject]) => {
  expect(eventSubject(event)).toBe(subject)
})
