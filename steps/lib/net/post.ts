import { exchangeText, type TextAnswer, type TextRequest } from "./exchange-text.ts";

const maximumRequestBytes = 256 * 1024;

/**
 * Sends one POST of at most 256 KiB, see {@link exchangeText}.
 *
 * @throws OutboundRefused, Error of the network, or the signal's reason
 */
export async function post(request: TextRequest): Promise<TextAnswer> {
  if (Buffer.byteLength(request.body) > maximumRequestBytes) throw new Error("the text to be sent is too large");
  return await exchangeText("POST", request);
}
