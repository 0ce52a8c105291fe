"""A checkout that is on Temporal: checkout.py start NUMBER [CREATED_AT] | check NUMBER | cancel NUMBER | outcomes"""

import asyncio
import json
import os
import sys
import urllib.request
from pathlib import Path

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

TASK_QUEUE = "wechatpay-orders"
MCHID = os.environ["MCHID"]
AMOUNT = {"total": 888, "currency": "HKD"}
IDS = Path("workflow-ids")  # in place of the checkout's own table


async def start(client: Client, number: str, created_at: str | None = None) -> None:
    """Starts the watch over an order. Again changes nothing, also after its end."""
    workflow_id = f"order/{MCHID}/{number}"
    order = {"api": "v3-global", "mchid": MCHID, "outTradeNo": number, "amount": AMOUNT, "payWithin": "15m"}
    if created_at:  # an old order, which is at WeChat Pay and which nobody watches
        order |= {"createdAt": created_at, "trustCreatedAt": True}
    try:
        await client.start_workflow(
            "timeoutThenClose",
            order,
            id=workflow_id,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        )
    except WorkflowAlreadyStartedError:
        print(workflow_id, "has ended: do not place it")
        return
    keep(workflow_id)
    if not created_at:
        sandbox("/orders", {"outTradeNo": number, "amount": AMOUNT})


async def check(client: Client, number: str) -> None:
    """Asks WeChat Pay now. The call fails if the order has ended: then take the result."""
    view = await client.get_workflow_handle(f"order/{MCHID}/{number}").execute_update("checkNow")
    print(number, view["tradeState"])


async def cancel(client: Client, number: str) -> None:
    """Asks for a service order to be cancelled. The same requestId again is the same request."""
    rental = sandbox("/service-orders", {"outOrderNo": number})
    service_order = {name: rental[name] for name in ("mchid", "outOrderNo", "serviceId", "appid")}
    request = {"requestId": f"{number}-not-collected", "reason": "not collected"}
    workflow_id = f"payscore/{MCHID}/{number}"
    await client.execute_update_with_start_workflow(
        "requestCancel",
        request,
        start_workflow_operation=WithStartWorkflowOperation(
            "cancelPayscore",
            service_order | {"request": request},
            id=workflow_id,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        ),
    )
    keep(workflow_id)


async def outcomes(client: Client) -> None:
    """Waits for the outcomes of all. A webhook tells them, too."""
    for workflow_id in dict.fromkeys(IDS.read_text().split()):
        print(workflow_id, (await client.get_workflow_handle(workflow_id).result())["ended"])


def keep(workflow_id: str) -> None:
    with IDS.open("a") as ids:
        print(workflow_id, file=ids)


def sandbox(path: str, body: dict) -> dict:
    """Here stands your own call to WeChat Pay."""
    url = os.environ["SANDBOX_URL"] + "/sandbox" + path
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode()), timeout=20) as response:
        return json.load(response)


async def main(command: str, *arguments: str) -> None:
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    await {"start": start, "check": check, "cancel": cancel, "outcomes": outcomes}[command](client, *arguments)


asyncio.run(main(*sys.argv[1:]))
sys.stdout.flush()
os._exit(0)  # Threads of the SDK may abort a program that ends right after a call. A service does not end.
