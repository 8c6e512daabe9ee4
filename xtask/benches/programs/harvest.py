"""Harvests as a Python program does, with httpx; told on its input how often, how many at a time, with which token."""

import asyncio
import os
import ssl
import sys

import httpx


async def main():
    context = ssl.create_default_context(cafile=os.environ["CA_FILE"])
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(verify=context, limits=limits) as client:
        loop = asyncio.get_running_loop()
        while order := await loop.run_in_executor(None, sys.stdin.readline):
            calls, at_a_time, token = order.split()
            print(await harvest(client, int(calls), int(at_a_time), token), flush=True)


async def harvest(client, calls, at_a_time, token):
    headers = {
        "Accept": "application/json",
        "Ocp-Apim-Subscription-Key": os.environ["SUBSCRIPTION_KEY"],
        "Authorization": f"Bearer {token}",
    }

    async def one_after_another():
        for _ in range(calls // at_a_time):
            answer = await client.get(os.environ["URL"], headers=headers)
            answer.raise_for_status()
            assert answer.json()["OrganizationName"]
        return calls // at_a_time

    return sum(await asyncio.gather(*(one_after_another() for _ in range(at_a_time))))


asyncio.run(main())
