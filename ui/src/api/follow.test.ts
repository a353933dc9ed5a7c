import { describe, expect, it } from "vitest";

import { follow, readEvents } from "./follow";

function streamOf(...parts: readonly string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
}

describe("an answer that is followed", () => {
  it("tells its shares and then itself, however the text is cut", async () => {
    const whole = 'event: progress\ndata: 0.25\n\n: still here\n\nevent: progress\ndata: 0.5\n\nevent: answer\ndata: {"n": "一"}\n\n';
    for (const at of [1, 16, 25, 40, 60, whole.length - 3]) {
      const shares: number[] = [];
      const answer = await follow(streamOf(whole.slice(0, at), whole.slice(at)), (share) => shares.push(share));
      expect([shares, answer]).toEqual([[0.25, 0.5], { n: "一" }]);
    }
  });

  it("throws what went wrong, and when it breaks off", async () => {
    const error = 'event: error\ndata: {"code": "not_found", "message": "Gone.", "status": 404}\n\n';
    await expect(follow(streamOf(error), () => undefined)).rejects.toMatchObject({ code: "not_found", status: 404, message: "Gone." });
    await expect(follow(streamOf("event: progress\ndata: 0.5\n\n"), () => undefined)).rejects.toThrow(TypeError);
    await expect(follow(null, () => undefined)).rejects.toThrow(TypeError);
  });

  it("keeps what has only begun", () => {
    expect(readEvents("event: progress\ndata: 0.1\n\nevent: pro")).toEqual({
      told: [{ event: "progress", data: 0.1 }],
      rest: "event: pro",
    });
  });
});
