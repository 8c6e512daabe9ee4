// Harvests as a Node program does, with fetch; told on its input how often, how many at a time, with which token.

import { createInterface } from "node:readline";

const { URL: url, SUBSCRIPTION_KEY: subscriptionKey } = process.env;

async function harvest(calls, atATime, token) {
  const headers = {
    Accept: "application/json",
    "Ocp-Apim-Subscription-Key": subscriptionKey,
    Authorization: `Bearer ${token}`,
  };
  const each = Math.floor(calls / atATime);
  const oneAfterAnother = async () => {
    for (let made = 0; made < each; made++) {
      const answer = await fetch(url, { headers });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      if (!(await answer.json()).OrganizationName) throw new Error("no unit");
    }
    return each;
  };
  const made = await Promise.all(Array.from({ length: atATime }, oneAfterAnother));
  return made.reduce((sum, some) => sum + some, 0);
}

for await (const order of createInterface({ input: process.stdin })) {
  const [calls, atATime, token] = order.split(" ");
  console.log(await harvest(Number(calls), Number(atATime), token));
}
