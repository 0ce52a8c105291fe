// A checkout: checkout serve | start NUMBER [CREATED_AT] | check NUMBER.
package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	_ "github.com/mattn/go-sqlite3"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	tries = 5
	table = `CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, state TEXT NOT NULL)`
	save  = `INSERT INTO orders VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE
		SET sequence = excluded.sequence, state = excluded.state WHERE orders.sequence < excluded.sequence`
)

// http.DefaultClient would wait for ever.
var client = &http.Client{Timeout: 20 * time.Second}

type amount struct {
	Total    int    `json:"total"`
	Currency string `json:"currency"`
}

// order is what the API is told. CreatedAt is of an old one, which is at WeChat Pay and which nobody watches.
type order struct {
	API            string `json:"api"`
	Amount         amount `json:"amount"`
	PayWithin      string `json:"payWithin"`
	CreatedAt      string `json:"createdAt,omitempty"`
	TrustCreatedAt bool   `json:"trustCreatedAt,omitempty"`
}

// send sends JSON once. If the problem may pass, it says after how long to try again.
func send(ctx context.Context, method, url, token string, body any) (answer []byte, retry time.Duration, err error) {
	content, err := json.Marshal(body)
	if err != nil {
		return nil, 0, err
	}
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(content))
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return nil, time.Second, err
	}
	defer response.Body.Close()
	if answer, err = io.ReadAll(response.Body); err != nil {
		return nil, time.Second, err
	}
	if response.StatusCode >= 300 {
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return nil, time.Duration(seconds) * time.Second, fmt.Errorf("%s %s: %s: %s", method, url, response.Status, answer)
	}
	return answer, 0, nil
}

// call asks the API, and again while the problem may pass: twice is the same as once.
func call(ctx context.Context, method, path string, body any) ([]byte, error) {
	for try := 1; ; try++ {
		url := os.Getenv("MERCHANT_URL") + "/orders/" + path
		answer, retry, err := send(ctx, method, url, os.Getenv("ORDERS_TOKEN"), body)
		if err == nil || retry == 0 || try == tries {
			return answer, err
		}
		select {
		case <-time.After(retry):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func start(ctx context.Context, number, createdAt string) ([]byte, error) {
	it := order{"v3-global", amount{888, "HKD"}, "15m", createdAt, createdAt != ""}
	answer, err := call(ctx, http.MethodPut, number, it)
	if err != nil {
		return nil, err
	}
	var started struct {
		Ended      bool
		TimeExpire string
	}
	if err := json.Unmarshal(answer, &started); err != nil || started.Ended || createdAt != "" {
		return answer, err
	}
	// Here stands your own call to WeChat Pay.
	placed := map[string]any{"outTradeNo": number, "amount": it.Amount, "timeExpire": started.TimeExpire}
	_, _, err = send(ctx, http.MethodPost, os.Getenv("SANDBOX_URL")+"/sandbox/orders", "", placed)
	return answer, err
}

// outcomes takes webhooks. Everything but 2xx makes the worker post the event again.
func outcomes(db *sql.DB, webhook *webhooks.Webhook) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		// Read once: the signature is over these bytes.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
		if err != nil || webhook.Verify(body, r.Header) != nil {
			http.Error(w, "not signed with our secret, or too old", http.StatusBadRequest)
			return
		}
		var event struct {
			WorkflowID, Type string
			Sequence         int64
		}
		if err := json.Unmarshal(body, &event); err != nil {
			http.Error(w, "not an event", http.StatusBadRequest)
			return
		}
		if _, err := db.ExecContext(r.Context(), save, event.WorkflowID, event.Sequence, event.Type); err != nil {
			log.Print(err)
			http.Error(w, "not stored", http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func serve() error {
	secret := os.Getenv("OUTCOME_SECRET")
	if strings.TrimPrefix(secret, "whsec_") == "" { // everybody has that key
		return errors.New("OUTCOME_SECRET is empty")
	}
	webhook, err := webhooks.NewWebhook(secret)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite3", "shop.db")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(table); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /wechatpay/outcomes", outcomes(db, webhook))
	server := http.Server{Addr: "127.0.0.1:" + os.Getenv("SHOP_PORT"), Handler: mux, ReadTimeout: 10 * time.Second}
	return server.ListenAndServe()
}

func main() {
	words := append(os.Args[1:], "", "", "")
	var answer []byte
	var err error
	switch words[0] {
	case "serve":
		err = serve()
	case "start":
		answer, err = start(context.Background(), words[1], words[2])
	case "check":
		answer, err = call(context.Background(), http.MethodPost, words[1]+"/check", struct{}{})
	default:
		err = errors.New("usage: checkout serve | start NUMBER [CREATED_AT] | check NUMBER")
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(answer))
}
