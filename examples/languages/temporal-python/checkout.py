"""A checkout that starts orders with Temporal's own SDK: pip install temporalio==1.35.0"""

import asyncio
import json
import os
import urllib.request
from datetime import datetime, timedelta, timezone

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

MCHID = "1900000109"
AMOUNT = {"total": 888, "currency": "HKD"}
TASK_QUEUE = "wechatpay-orders"


async def start(client: Client, number: str, **order) -> WorkflowHandle:
    """Starts the watch over an order. Again changes nothing, also after its end."""
    workflow_id = f"order/{MCHID}/{number}"
    order = {"api": "v3-global", "mchid": MCHID, "outTradeNo": number, "amount": AMOUNT, "payWithin": "15m"} | order
    try:
        return await client.start_workflow(
            "timeoutThenClose",
            order,
            id=workflow_id,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        )
    except WorkflowAlreadyStartedError:  # It has ended.
        return client.get_workflow_handle(workflow_id)


async def cancel(client: Client, service_order: dict, request: dict) -> tuple[WorkflowHandle, dict]:
    """Asks for a service order to be cancelled. The same requestId again is the same request."""
    operation = WithStartWorkflowOperation(
        "cancelPayscore",
        service_order | {"request": request},
        id=f"payscore/{service_order['mchid']}/{service_order['outOrderNo']}",
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    taken = await client.execute_update_with_start_workflow(
        "requestCancel", request, start_workflow_operation=operation
    )
    return await operation.workflow_handle(), taken


def sandbox(path: str, body: dict | None = None) -> dict:
    """In place of the checkout's own calls to WeChat Pay."""
    request = urllib.request.Request(os.environ["SANDBOX_URL"] + "/sandbox" + path, method="POST")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, None if body is None else json.dumps(body).encode()) as response:
        return json.loads(response.read() or "{}")


async def main() -> None:
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])

    run = int(datetime.now().timestamp())
    old_number, new_number, rental_number = f"TPY-OLD-{run}", f"TPY-NEW-{run}", f"TPY-RENTAL-{run}"

    # An old order that nobody watched: it is closed at once.
    created_at = (datetime.now(timezone.utc) - timedelta(minutes=20)).isoformat()
    sandbox("/orders", {"outTradeNo": old_number, "amount": AMOUNT, "createdMinutesAgo": 20})
    old = await start(client, old_number, createdAt=created_at, trustCreatedAt=True)
    print(old.id, (await old.result())["ended"])

    # A new one, that the shopper pays. The page returns: ask WeChat Pay now.
    new = await start(client, new_number)
    sandbox("/orders", {"outTradeNo": new_number, "amount": AMOUNT})
    sandbox(f"/orders/{new_number}/pay")
    print(new.id, (await new.execute_update("checkNow"))["tradeState"])
    print(new.id, (await new.result())["ended"])
    print(new.id, (await (await start(client, new_number)).result())["ended"], "if started again")

    rental = sandbox("/service-orders", {"outOrderNo": rental_number})
    service_order = {name: rental[name] for name in ("mchid", "outOrderNo", "serviceId", "appid")}
    request = {"requestId": "not-collected-1", "reason": "not collected"}
    service, taken = await cancel(client, service_order, request)
    print(service.id, (await service.result())["ended"], "as asked by", taken["requestId"])


asyncio.run(main())
