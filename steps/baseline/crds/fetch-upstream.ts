import { get } from "../../lib/net/get.ts";
import type { FetchUpstream } from "./fetch-collection.ts";
import { upstreamPolicy } from "./upstream-addresses.ts";

const maximumAnswerBytes = 10 * 1024 * 1024;
const timeoutMs = 30_000;

/** Fetches files of the collection, from the internet or a mirror. */
export const fetchUpstream: FetchUpstream = (url, headers, signal) =>
  get({ url, headers, signal, policy: upstreamPolicy(url), maximumAnswerBytes, timeoutMs });
