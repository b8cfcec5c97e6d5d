import { reconnectKlusterlets } from "../../klusterlet/klusterlet-step.ts";

/** At once: the new hub imports nothing any more, so that nothing else would bring a cluster back that it took. */
export const rbReconnect = reconnectKlusterlets({
  name: "rb_reconnect",
  title: "Lead klusterlets that obey the new hub back to the old one",
  hub: "primary",
  waitsFirst: false,
});
