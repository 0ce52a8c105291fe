// A checkout that starts orders with Temporal's own SDK.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

const (
	mchid     = "1900000109"
	taskQueue = "wechatpay-orders"
)

type object = map[string]any

var amount = object{"total": 888, "currency": "HKD"}

// start starts the watch over an order. Again changes nothing, also after its end.
func start(ctx context.Context, c client.Client, number string, fields object) (client.WorkflowRun, error) {
	id := "order/" + mchid + "/" + number
	order := object{"api": "v3-global", "mchid": mchid, "outTradeNo": number, "amount": amount, "payWithin": "15m"}
	for name, value := range fields {
		order[name] = value
	}
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       id,
		TaskQueue:                taskQueue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
	}, "timeoutThenClose", order)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &started) { // It has ended.
		return c.GetWorkflow(ctx, id, ""), nil
	}
	return run, err
}

// checkNow asks WeChat Pay now, and returns the order as it is then.
func checkNow(ctx context.Context, c client.Client, id string) (view struct{ TradeState string }, err error) {
	update, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   id,
		UpdateName:   "checkNow",
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = update.Get(ctx, &view)
	}
	return view, err
}

// cancel asks for a service order to be cancelled. The same requestId again is the same request.
func cancel(ctx context.Context, c client.Client, order, request object) (client.WorkflowRun, error) {
	input := object{"request": request}
	for _, name := range []string{"mchid", "outOrderNo", "serviceId", "appid"} {
		input[name] = order[name]
	}
	id := fmt.Sprintf("payscore/%s/%s", order["mchid"], order["outOrderNo"])
	operation := c.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID:                       id,
		TaskQueue:                taskQueue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, "cancelPayscore", input)
	_, err := c.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: operation,
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID:   id,
			UpdateName:   "requestCancel",
			Args:         []any{request},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err != nil {
		return nil, err
	}
	return operation.Get(ctx)
}

func main() {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	c, err := client.Dial(client.Options{HostPort: os.Getenv("TEMPORAL_ADDRESS")})
	must(err)
	defer c.Close()

	run := fmt.Sprint(time.Now().Unix())
	oldNumber, newNumber, rentalNumber := "TGO-OLD-"+run, "TGO-NEW-"+run, "TGO-RENTAL-"+run

	// An old order that nobody watched: it is closed at once.
	sandbox("/orders", object{"outTradeNo": oldNumber, "amount": amount, "createdMinutesAgo": 20})
	createdAt := time.Now().Add(-20 * time.Minute).Format(time.RFC3339)
	old, err := start(ctx, c, oldNumber, object{"createdAt": createdAt, "trustCreatedAt": true})
	must(err)
	fmt.Println(old.GetID(), ended(ctx, old))

	// A new one, that the shopper pays. The page returns: ask WeChat Pay now.
	order, err := start(ctx, c, newNumber, nil)
	must(err)
	sandbox("/orders", object{"outTradeNo": newNumber, "amount": amount})
	sandbox("/orders/"+newNumber+"/pay", nil)
	view, err := checkNow(ctx, c, order.GetID())
	must(err)
	fmt.Println(order.GetID(), view.TradeState)
	fmt.Println(order.GetID(), ended(ctx, order))
	again, err := start(ctx, c, newNumber, nil)
	must(err)
	fmt.Println(order.GetID(), ended(ctx, again), "if started again")

	rental := sandbox("/service-orders", object{"outOrderNo": rentalNumber})
	service, err := cancel(ctx, c, rental, object{"requestId": "not-collected-1", "reason": "not collected"})
	must(err)
	fmt.Println(service.GetID(), ended(ctx, service))
}

func ended(ctx context.Context, run client.WorkflowRun) string {
	var outcome struct{ Ended string }
	must(run.Get(ctx, &outcome))
	return outcome.Ended
}

// sandbox stands in place of the checkout's own calls to WeChat Pay.
func sandbox(path string, body object) (answer object) {
	var content []byte
	if body != nil {
		var err error
		content, err = json.Marshal(body)
		must(err)
	}
	response, err := http.Post(os.Getenv("SANDBOX_URL")+"/sandbox"+path, "application/json", bytes.NewReader(content))
	must(err)
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		log.Fatalf("sandbox%s: %s", path, response.Status)
	}
	must(json.NewDecoder(response.Body).Decode(&answer))
	return answer
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
