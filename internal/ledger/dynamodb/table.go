package dynamodb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Definition is the table that a ledger needs: pk and sk, and three sparse indexes that hold keys alone. It is billed by
// request; point-in-time recovery and the rights to write are the deployment's.
func Definition(table string) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName: &table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			attribute(pk, "S"), attribute(sk, "S"), attribute(wakeIn, "S"), attribute(wakeAt, "N"), attribute(listIn, "S"), attribute(sealIn, "S"),
		},
		KeySchema: schema(pk, sk),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			index(wakeIndex, wakeIn, wakeAt), index(casesIndex, listIn, pk), index(unsealedIndex, sealIn, pk),
		},
	}
}

func attribute(name string, t types.ScalarAttributeType) types.AttributeDefinition {
	return types.AttributeDefinition{AttributeName: &name, AttributeType: t}
}

func schema(hash, sorted string) []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sorted, KeyType: types.KeyTypeRange},
	}
}

func index(name, hash, sorted string) types.GlobalSecondaryIndex {
	return types.GlobalSecondaryIndex{
		IndexName: &name, KeySchema: schema(hash, sorted), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
	}
}

// command is the same for a shell.
func command(table string) string {
	d := Definition(table)
	c := []string{"aws dynamodb create-table --table-name", table, "--billing-mode", string(d.BillingMode), "--attribute-definitions"}
	for _, a := range d.AttributeDefinitions {
		c = append(c, fmt.Sprintf("AttributeName=%s,AttributeType=%s", *a.AttributeName, a.AttributeType))
	}
	c = append(c, "--key-schema")
	for _, k := range d.KeySchema {
		c = append(c, fmt.Sprintf("AttributeName=%s,KeyType=%s", *k.AttributeName, k.KeyType))
	}
	c = append(c, "--global-secondary-indexes")
	for _, x := range d.GlobalSecondaryIndexes {
		c = append(c, fmt.Sprintf("'IndexName=%s,KeySchema=[{AttributeName=%s,KeyType=HASH},{AttributeName=%s,KeyType=RANGE}],Projection={ProjectionType=%s}'",
			*x.IndexName, *x.KeySchema[0].AttributeName, *x.KeySchema[1].AttributeName, x.Projection.ProjectionType))
	}
	return strings.Join(c, " ")
}

// Create makes a table and waits until it can be used. Deployments make theirs by Terraform or CloudFormation.
func Create(ctx context.Context, client *dynamodb.Client, table string) error {
	if _, err := client.CreateTable(ctx, Definition(table)); err != nil {
		return fmt.Errorf("create table %s: %w", table, err)
	}
	ready := dynamodb.NewTableExistsWaiter(client)
	if err := ready.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &table}, creation); err != nil {
		return fmt.Errorf("wait for table %s: %w", table, err)
	}
	return nil
}

// fits compares a table with the definition; more attributes and indexes than those do no harm.
func fits(found *types.TableDescription) error {
	want := Definition(aws.ToString(found.TableName))
	if k := keysOf(found.KeySchema); k != keysOf(want.KeySchema) {
		return fmt.Errorf("its key is %s, and has to be %s", k, keysOf(want.KeySchema))
	}
	for _, w := range want.GlobalSecondaryIndexes {
		i := slices.IndexFunc(found.GlobalSecondaryIndexes, func(f types.GlobalSecondaryIndexDescription) bool { return aws.ToString(f.IndexName) == *w.IndexName })
		if i < 0 {
			return fmt.Errorf("it has no index %s", *w.IndexName)
		}
		if k := keysOf(found.GlobalSecondaryIndexes[i].KeySchema); k != keysOf(w.KeySchema) {
			return fmt.Errorf("the key of its index %s is %s, and has to be %s", *w.IndexName, k, keysOf(w.KeySchema))
		}
	}
	for _, w := range want.AttributeDefinitions {
		if !slices.ContainsFunc(found.AttributeDefinitions, func(f types.AttributeDefinition) bool {
			return aws.ToString(f.AttributeName) == *w.AttributeName && f.AttributeType == w.AttributeType
		}) {
			return fmt.Errorf("its attribute %s has to be of type %s", *w.AttributeName, w.AttributeType)
		}
	}
	return nil
}

func keysOf(schema []types.KeySchemaElement) string {
	var names []string
	for _, k := range schema {
		names = append(names, aws.ToString(k.AttributeName)+" ("+string(k.KeyType)+")")
	}
	return strings.Join(names, ", ")
}
