# When riposte does not keep up, or not at all. The alarm for a silent defence is the first: events that nobody takes.

locals {
  alarms = merge(
    {
      queue-age = {
        what      = "Events wait longer than a minute: riposte is down, or too slow."
        namespace = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", dimensions = { QueueName = aws_sqs_queue.events.name }
        statistic = "Maximum", above = 60, periods = 3
      }
      dead-letters = {
        what      = "Events could not be read or delivered: look into the dead-letter queue."
        namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = aws_sqs_queue.dead.name }
        statistic = "Maximum", above = 0, periods = 1
      }
      table-writes-throttled = {
        what      = "The record is throttled: riposte commits late, and acts only on what it has committed."
        namespace = "AWS/DynamoDB", metric = "WriteThrottleEvents", dimensions = { TableName = aws_dynamodb_table.record.name }
        statistic = "Sum", above = 0, periods = 3
      }
      table-reads-throttled = {
        what      = "The record is throttled: answers come late."
        namespace = "AWS/DynamoDB", metric = "ReadThrottleEvents", dimensions = { TableName = aws_dynamodb_table.record.name }
        statistic = "Sum", above = 0, periods = 3
      }
    },
    local.lambda ? {
      function-errors = {
        what      = "The function fails."
        namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = "${var.name}-function" }
        statistic = "Sum", above = 0, periods = 3
      }
      function-throttled = {
        what      = "The account's functions are throttled: answers come late."
        namespace = "AWS/Lambda", metric = "Throttles", dimensions = { FunctionName = "${var.name}-function" }
        statistic = "Sum", above = 0, periods = 3
      }
      canaries-missing = {
        what      = "No canary arrives from accounts or regions: what happens there is not seen. Of the namespace that lambda.metrics names by default, where canary.every is set."
        namespace = "riposte", metric = "CanariesMissing", dimensions = {}
        statistic = "Maximum", above = 0, periods = 3
      }
      config-refused = {
        what      = "The configuration was refused, or can't be read: the one before is in effect."
        namespace = "riposte", metric = "${var.name}-config-refused", dimensions = {}
        statistic = "Sum", above = 0, periods = 1
      }
    } : {},
    local.front ? {
      answers-refused = {
        what      = "What is no click of Slack's came by the queue of answers: who writes into it? Or clicks could not be dealt with."
        namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = "${var.name}-answers-dead-letters" }
        statistic = "Maximum", above = 0, periods = 1
      }
      front-throttled = {
        what      = "The front is busy with requests: somebody knocks, and clicks in Slack may not come through. The console and the command line take orders."
        namespace = "AWS/Lambda", metric = "Throttles", dimensions = { FunctionName = "${var.name}-front" }
        statistic = "Sum", above = 0, periods = 3
      }
    } : {},
  )
}

# A function has no figures of its own: what it logs each minute, as long as it refuses a configuration, is counted.
resource "aws_cloudwatch_log_metric_filter" "config_refused" {
  count          = local.lambda ? 1 : 0
  name           = "${var.name}-config-refused"
  log_group_name = aws_cloudwatch_log_group.function[0].name
  pattern        = "{ $.msg = \"the configuration was refused*\" }"
  metric_transformation {
    namespace = "riposte"
    name      = "${var.name}-config-refused"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "watch" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.what
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = 60
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.topics
  ok_actions          = local.topics
  tags                = var.tags
}
