// A checkout that is on Temporal: checkout start NUMBER [CREATED_AT] | check NUMBER | cancel NUMBER | outcomes
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
	"strings"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

const (
	taskQueue = "wechatpay-orders"
	idsFile   = "workflow-ids" // in place of the checkout's own table
)

type object = map[string]any

var (
	mchid  = os.Getenv("MCHID")
	amount = object{"total": 888, "currency": "HKD"}
)

// start starts the watch over an order. Again changes nothing, also after its end.
func start(ctx context.Context, c client.Client, number, createdAt string) error {
	id := "order/" + mchid + "/" + number
	order := object{"api": "v3-global", "mchid": mchid, "outTradeNo": number, "amount": amount, "payWithin": "15m"}
	if createdAt != "" { // an old order, which is at WeChat Pay and which nobody watches
		order["createdAt"], order["trustCreatedAt"] = createdAt, true
	}
	_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       id,
		TaskQueue:                taskQueue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		// Otherwise an order that has ended looks like one that was started.
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}, "timeoutThenClose", order)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &started) {
		fmt.Println(id, "has ended: do not place it")
		return nil
	}
	if err != nil {
		return err
	}
	if err := keep(id); err != nil || createdAt != "" {
		return err
	}
	_, err = sandbox("/orders", object{"outTradeNo": number, "amount": amount})
	return err
}

// check asks WeChat Pay now. The call fails if the order has ended: then take the result.
func check(ctx context.Context, c client.Client, number string) error {
	update, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   "order/" + mchid + "/" + number,
		UpdateName:   "checkNow",
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	var view struct{ TradeState string }
	if err := update.Get(ctx, &view); err != nil {
		return err
	}
	fmt.Println(number, view.TradeState)
	return nil
}

// cancel asks for a service order to be cancelled. The same requestId again is the same request.
func cancel(ctx context.Context, c client.Client, number string) error {
	rental, err := sandbox("/service-orders", object{"outOrderNo": number})
	if err != nil {
		return err
	}
	id := "payscore/" + mchid + "/" + number
	request := object{"requestId": number + "-not-collected", "reason": "not collected"}
	input := object{"request": request}
	for _, name := range []string{"mchid", "outOrderNo", "serviceId", "appid"} {
		input[name] = rental[name]
	}
	update, err := c.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: c.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
			ID:                       id,
			TaskQueue:                taskQueue,
			WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		}, "cancelPayscore", input),
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID:   id,
			UpdateName:   "requestCancel",
			Args:         []any{request},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err != nil {
		return err
	}
	if err := update.Get(ctx, nil); err != nil {
		return err
	}
	return keep(id)
}

// outcomes waits for the outcomes of all. A webhook tells them, too.
func outcomes(ctx context.Context, c client.Client) error {
	ids, err := os.ReadFile(idsFile)
	if err != nil {
		return err
	}
	for _, id := range strings.Fields(string(ids)) {
		var outcome struct{ Ended string }
		if err := c.GetWorkflow(ctx, id, "").Get(ctx, &outcome); err != nil {
			return err
		}
		fmt.Println(id, outcome.Ended)
	}
	return nil
}

func keep(id string) error {
	ids, err := os.OpenFile(idsFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer ids.Close()
	_, err = fmt.Fprintln(ids, id)
	return err
}

// sandbox stands for your own call to WeChat Pay.
func sandbox(path string, body object) (answer object, err error) {
	content, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	caller := http.Client{Timeout: 20 * time.Second}
	response, err := caller.Post(os.Getenv("SANDBOX_URL")+"/sandbox"+path, "application/json", bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return nil, fmt.Errorf("the sandbox says %s", response.Status)
	}
	return answer, json.NewDecoder(response.Body).Decode(&answer)
}

func run(arguments []string) error {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	c, err := client.Dial(client.Options{HostPort: os.Getenv("TEMPORAL_ADDRESS")})
	if err != nil {
		return err
	}
	defer c.Close()
	command, number, createdAt := arguments[0], arguments[1], arguments[2]
	switch command {
	case "start":
		return start(ctx, c, number, createdAt)
	case "check":
		return check(ctx, c, number)
	case "cancel":
		return cancel(ctx, c, number)
	case "outcomes":
		return outcomes(ctx, c)
	}
	return errors.New("usage: checkout start NUMBER [CREATED_AT] | check NUMBER | cancel NUMBER | outcomes")
}

func main() {
	if err := run(append(os.Args[1:], "", "", "")); err != nil {
		log.Fatal(err)
	}
}
